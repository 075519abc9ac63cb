"""social-auth-core (Python Social Auth): a website's login from the redirect to the user, its state checked.

It posts the exchange as a form, and reads a nickname rightly only from text without a charset, as WeChat sends it.
Two URLs are class attributes; that of the user's data is written out, so the one method that sends is told the host.
"""

import unittest
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

from social_core.backends.weixin import WeixinOAuth2
from social_core.exceptions import AuthProviderError, AuthSessionError
from social_core.storage import BaseStorage, NonceMixin
from social_core.strategy import BaseStrategy

import simulator

WEB = simulator.app("shop_web")


class Backend(WeixinOAuth2):
    AUTHORIZATION_URL = f"{simulator.URL}/connect/qrconnect"
    ACCESS_TOKEN_URL = f"{simulator.URL}/sns/oauth2/access_token"

    def request(self, url, *arguments, **options):
        url = url.replace("https://api.weixin.qq.com", simulator.URL)
        return super().request(url, *arguments, **options)


class Nonces(NonceMixin):
    known = set()

    @classmethod
    def use(cls, server_url, timestamp, salt):
        cls.known.add((server_url, timestamp, salt))
        return True

    @classmethod
    def consume(cls, server_url, timestamp, salt):
        nonce = (server_url, timestamp, salt)
        was_known = nonce in cls.known
        cls.known.discard(nonce)
        return was_known


class Storage(BaseStorage):
    nonce = Nonces


class Site(BaseStrategy):
    """A website that keeps a session and nothing else."""

    def __init__(self, secret=WEB["secret"]):
        super().__init__(Storage)
        self.session = {}
        self.request = {}
        self.settings = {
            "KEY": WEB["app_id"],
            "SECRET": secret,
            "PIPELINE": (
                "social_core.pipeline.social_auth.social_details",
                "social_core.pipeline.social_auth.social_uid",
                f"{__name__}.signed_in",
            ),
        }

    def get_setting(self, name):
        return self.settings[name]

    def get_request_data(self, merge=True):
        return self.request

    def build_absolute_uri(self, path=None):
        return path

    def session_get(self, name, default=None):
        return self.session.get(name, default)

    def session_set(self, name, value):
        self.session[name] = value

    def session_pop(self, name):
        return self.session.pop(name, None)


def signed_in(uid, details, response, **_rest):
    return {"user": SimpleNamespace(uid=uid, details=details, response=response)}


def begin(site):
    return Backend(site, simulator.CALLBACK).auth_url()


def finish(site, sent):
    site.request = sent
    return Backend(site, simulator.CALLBACK).complete()


def finish_with(site, code):
    state = parse_qs(urlsplit(begin(site)).query)["state"][0]
    return finish(site, {"code": code, "state": state})


class Website(unittest.TestCase):
    def test_login(self):
        site = Site()
        user = finish(site, simulator.scan(begin(site)))
        person = simulator.person()
        self.assertEqual(user.uid, person["openids"][WEB["app_id"]])
        self.assertEqual(user.response["unionid"], person["unionids"]["default"])
        self.assertEqual(user.details["username"], "张三")

    def test_a_callback_of_another_browser_is_refused(self):
        sent = simulator.scan(begin(Site()))
        with self.assertRaises(AuthSessionError):
            finish(Site(), sent)

    def test_refusals(self):
        used = simulator.code("shop_web")
        finish_with(Site(), used)
        for secret, code, errcode in [
            (WEB["secret"], "0" * 32, 40029),
            (WEB["secret"], used, 40163),
            (WEB["secret"], simulator.foreign_code("web"), 40029),
            ("0" * 32, simulator.code("shop_web"), 40125),
        ]:
            with self.assertRaises(AuthProviderError) as refused:
                finish_with(Site(secret), code)
            self.assertEqual(refused.exception.provider_code, errcode)
