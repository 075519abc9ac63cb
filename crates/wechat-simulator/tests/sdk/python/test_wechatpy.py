"""wechatpy: every class has its base URL in a class attribute, the app token's URL alone is written out."""

import unittest

from wechatpy import WeChatClient, WeChatOAuth
from wechatpy.client.api import WeChatWxa
from wechatpy.crypto import WeChatWxaCrypto
from wechatpy.exceptions import WeChatClientException, WeChatOAuthException

import simulator

MINI = simulator.app("shop_mini")
WEB = simulator.app("shop_web")


class Wxa(WeChatWxa):
    API_BASE_URL = f"{simulator.URL}/"


class Client(WeChatClient):
    API_BASE_URL = f"{simulator.URL}/cgi-bin/"
    wxa = Wxa()

    def fetch_access_token(self):
        url = f"{self.API_BASE_URL}token"
        return self._fetch_access_token(
            url,
            {
                "grant_type": "client_credential",
                "appid": self.appid,
                "secret": self.secret,
            },
        )


class OAuth(WeChatOAuth):
    API_BASE_URL = f"{simulator.URL}/"
    OAUTH_BASE_URL = f"{simulator.URL}/connect/"


def client(secret=MINI["secret"]):
    return Client(MINI["app_id"], secret)


def oauth(secret=WEB["secret"]):
    return OAuth(WEB["app_id"], secret, simulator.CALLBACK, state="xyz123")


class MiniProgram(unittest.TestCase):
    def test_login_and_user_info(self):
        session = client().wxa.code_to_session(simulator.code("shop_mini"))
        person = simulator.person()
        self.assertEqual(session["openid"], person["openids"][MINI["app_id"]])
        self.assertEqual(session["unionid"], person["unionids"]["default"])

        info = simulator.user_info("shop_mini")
        crypto = WeChatWxaCrypto(session["session_key"], info["iv"], MINI["app_id"])
        decrypted = crypto.decrypt_message(info["encrypted_data"])
        self.assertEqual(decrypted["nickName"], "张三")
        self.assertEqual(decrypted["openId"], session["openid"])
        self.assertEqual(decrypted["unionId"], session["unionid"])

    def test_phone_number(self):
        answer = client().post(
            f"{simulator.URL}/wxa/business/getuserphonenumber",
            data={"code": simulator.code("shop_mini", kind="phone")},
        )
        self.assertEqual(answer["errcode"], 0)
        self.assertEqual(answer["phone_info"]["phoneNumber"], "13800138000")
        self.assertEqual(answer["phone_info"]["watermark"]["appid"], MINI["app_id"])

    def test_mini_program_code(self):
        answer = client().wxa.get_wxa_code_unlimited("ticket-1")
        self.assertEqual(answer.headers["content-type"], "image/jpeg")
        self.assertEqual(answer.content[:3], b"\xff\xd8\xff")

    def test_an_app_token_that_is_superseded_is_fetched_anew(self):
        mine = client()
        mine.session.set(mine.access_token_key, "99_superseded")
        phone = mine.post(
            f"{simulator.URL}/wxa/business/getuserphonenumber",
            data={"code": simulator.code("shop_mini", kind="phone")},
        )
        self.assertEqual(phone["errcode"], 0)
        self.assertNotEqual(mine.access_token, "99_superseded")

    def test_refusals(self):
        used = simulator.code("shop_mini")
        client().wxa.code_to_session(used)
        for code, errcode in [
            ("0" * 32, 40029),
            (used, 40163),
            (simulator.foreign_code("mini_program"), 40029),
            (simulator.code("shop_web"), 40029),
        ]:
            with self.assertRaises(WeChatClientException) as refused:
                client().wxa.code_to_session(code)
            self.assertEqual(refused.exception.errcode, errcode)

    def test_a_wrong_secret_is_refused_and_spends_no_code(self):
        code = simulator.code("shop_mini")
        with self.assertRaises(WeChatClientException) as refused:
            client(secret="0" * 32).wxa.code_to_session(code)
        self.assertEqual(refused.exception.errcode, 40125)
        self.assertIn("openid", client().wxa.code_to_session(code))


class Website(unittest.TestCase):
    def test_login(self):
        mine = oauth()
        sent = simulator.scan(mine.qrconnect_url)
        self.assertEqual(sent["state"], "xyz123")
        token = mine.fetch_access_token(sent["code"])
        person = simulator.person()
        self.assertEqual(token["openid"], person["openids"][WEB["app_id"]])
        self.assertEqual(token["unionid"], person["unionids"]["default"])
        self.assertEqual(token["scope"], "snsapi_login")

        user = mine.get_user_info()
        self.assertEqual(user["nickname"], "张三")
        self.assertEqual(user["openid"], token["openid"])
        self.assertEqual(user["unionid"], token["unionid"])

        self.assertTrue(mine.check_access_token())
        renewed = mine.refresh_access_token(token["refresh_token"])
        self.assertEqual(renewed["openid"], token["openid"])
        self.assertEqual(mine.get_user_info()["nickname"], "张三")

    def test_refusals(self):
        used = simulator.code("shop_web")
        oauth().fetch_access_token(used)
        for code, errcode in [
            ("0" * 32, 40029),
            (used, 40163),
            (simulator.foreign_code("web"), 40029),
            (simulator.code("shop_mini"), 40029),
        ]:
            with self.assertRaises(WeChatOAuthException) as refused:
                oauth().fetch_access_token(code)
            self.assertEqual(refused.exception.errcode, errcode)

    def test_a_wrong_secret_is_refused_and_spends_no_code(self):
        code = simulator.code("shop_web")
        with self.assertRaises(WeChatOAuthException) as refused:
            oauth(secret="0" * 32).fetch_access_token(code)
        self.assertEqual(refused.exception.errcode, 40125)
        self.assertIn("openid", oauth().fetch_access_token(code))

    def test_tokens_that_were_not_issued_are_refused(self):
        mine = oauth()
        openid = simulator.person()["openids"][WEB["app_id"]]
        with self.assertRaises(WeChatOAuthException) as refused:
            mine.refresh_access_token("nonsense")
        self.assertEqual(refused.exception.errcode, 40030)
        for call in (mine.get_user_info, mine.check_access_token):
            with self.assertRaises(WeChatOAuthException) as refused:
                call(openid, "nonsense")
            self.assertIn(refused.exception.errcode, (40001, 40014))
