"""The simulator under test: its control API, and a person with a phone."""

import json
import os
import re
import urllib.parse
import urllib.request

try:
    URL = os.environ["WECHAT_SIMULATOR_URL"].rstrip("/")
except KeyError:
    raise SystemExit(
        "WECHAT_SIMULATOR_URL is not set. Start `wechat-login simulator` and set it to the address that it prints."
    ) from None

#: Where the website has its visitors sent back.
CALLBACK = "http://127.0.0.1:8080/v1/login/web/callback"


def control(path, body=None):
    """Calls `/simulator/PATH`: with a body it posts."""
    data = None if body is None else json.dumps(body).encode()
    return json.loads(fetch(f"{URL}/simulator/{path}", data))


def app(name):
    """An app of the simulator, by its name."""
    return next(each for each in control("apps") if each["name"] == name)


def person(name="张三"):
    """A person of the simulator, with all their openids and unionids."""
    return next(each for each in control("people") if each["name"] == name)


def code(app_name, who="张三", kind="login"):
    """A code as the person's device would get it."""
    return control("codes", {"app_id": app_name, "person": who, "kind": kind})["code"]


def foreign_code(channel, who="张三"):
    """A good code, of an app of the same kind that is not ours."""
    other = control("apps", {"channel": channel})
    return code(other["app_id"], who)


def user_info(app_name, who="张三"):
    """What `wx.getUserInfo` gives a mini-program."""
    return control("user-info", {"app_id": app_name, "person": who})


def scan(authorize_url, who="张三"):
    """Opens a website's QR page, scans and allows with the person's phone: the parameters that the website is sent.

    The page is asked for at the simulator whichever host the SDK has put into its URL.
    """
    asked = urllib.parse.urlsplit(authorize_url)
    page = fetch(f"{URL}{asked.path}?{asked.query}")
    shown = re.search(r"/connect/qrcode/([\w-]+)", page)
    if shown is None:
        raise AssertionError(f"{authorize_url} shows no QR code: {page}")
    uuid = shown[1]
    for action in ("scan", "allow"):
        control("scan", {"uuid": uuid, "person": who, "action": action})
    polled = fetch(f"{URL}/connect/l/qrconnect?uuid={uuid}&last=404&f=url")
    confirmed = re.fullmatch(
        r"window\.wx_errcode=405;window\.wx_code='(\w+)';window\.wx_redirecturl='([^']*)';",
        polled.strip(),
    )
    if confirmed is None:
        raise AssertionError(f"{who} has allowed, and the page learns: {polled}")
    code, address = confirmed.groups()
    callback, _, query = address.partition("?")
    sent = dict(urllib.parse.parse_qsl(query))
    if callback != CALLBACK or sent["code"] != code:
        raise AssertionError(f"{who} is sent elsewhere: {polled}")
    return sent


def fetch(url, data=None):
    """The text that is at the URL."""
    with urllib.request.urlopen(url, data, timeout=60) as answer:
        return answer.read().decode()
