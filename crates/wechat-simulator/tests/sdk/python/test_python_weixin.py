"""python-weixin: every API class has its URLs in class attributes."""

import unittest

from weixin import WeixinAPI, WXAPPAPI
from weixin.lib.wxcrypt import WXBizDataCrypt
from weixin.oauth2 import OAuth2AuthExchangeError

import simulator

MINI = simulator.app("shop_mini")
WEB = simulator.app("shop_web")


class MiniProgramApi(WXAPPAPI):
    access_token_url = f"{simulator.URL}/sns/jscode2session"
    client_credential_token_url = f"{simulator.URL}/cgi-bin/token"


class WebsiteApi(WeixinAPI):
    authorize_url = f"{simulator.URL}/connect/qrconnect"
    access_token_url = f"{simulator.URL}/sns/oauth2/access_token"


def mini_program(secret=MINI["secret"]):
    return MiniProgramApi(
        appid=MINI["app_id"], app_secret=secret, grant_type="client_credential"
    )


def website(secret=WEB["secret"]):
    return WebsiteApi(
        appid=WEB["app_id"], app_secret=secret, redirect_uri=simulator.CALLBACK
    )


class MiniProgram(unittest.TestCase):
    def test_login_and_user_info(self):
        session = mini_program().exchange_code_for_session_key(
            simulator.code("shop_mini")
        )
        person = simulator.person()
        self.assertEqual(session["openid"], person["openids"][MINI["app_id"]])
        self.assertEqual(session["unionid"], person["unionids"]["default"])

        info = simulator.user_info("shop_mini")
        crypt = WXBizDataCrypt(MINI["app_id"], session["session_key"])
        decrypted = crypt.decrypt(info["encrypted_data"], info["iv"])
        self.assertEqual(decrypted["nickName"], "张三")
        self.assertEqual(decrypted["openId"], session["openid"])

    def test_app_token(self):
        token = mini_program().client_credential_for_access_token()
        self.assertLessEqual(token["expires_in"], 7200)
        self.assertGreater(len(token["access_token"]), 100)

    def test_refusals(self):
        used = simulator.code("shop_mini")
        mini_program().exchange_code_for_session_key(used)
        for secret, code, errcode in [
            (MINI["secret"], "0" * 32, 40029),
            (MINI["secret"], used, 40163),
            (MINI["secret"], simulator.foreign_code("mini_program"), 40029),
            ("0" * 32, simulator.code("shop_mini"), 40125),
        ]:
            with self.assertRaises(OAuth2AuthExchangeError) as refused:
                mini_program(secret).exchange_code_for_session_key(code)
            self.assertEqual(refused.exception.code, errcode)


class Website(unittest.TestCase):
    def test_login(self):
        mine = website()
        # It asks for the page itself, and looks for the errors that WeChat shows as HTML.
        url = mine.get_authorize_login_url(scope=("snsapi_login",), state="xyz123")
        sent = simulator.scan(url)
        self.assertEqual(sent["state"], "xyz123")
        token = mine.exchange_code_for_access_token(sent["code"])
        person = simulator.person()
        self.assertEqual(token["openid"], person["openids"][WEB["app_id"]])
        self.assertEqual(token["unionid"], person["unionids"]["default"])
        self.assertEqual(token["expires_in"], 7200)

    def test_refusals(self):
        used = simulator.code("shop_web")
        website().exchange_code_for_access_token(used)
        for secret, code, errcode in [
            (WEB["secret"], "0" * 32, 40029),
            (WEB["secret"], used, 40163),
            (WEB["secret"], simulator.foreign_code("web"), 40029),
            ("0" * 32, simulator.code("shop_web"), 40125),
        ]:
            with self.assertRaises(OAuth2AuthExchangeError) as refused:
                website(secret).exchange_code_for_access_token(code)
            self.assertEqual(refused.exception.code, errcode)
