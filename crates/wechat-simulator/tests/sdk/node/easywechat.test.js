'use strict';

// node-easywechat: `http.baseURL` is its option for mini-programs. Its OAuth keeps a base URL in the provider, which a
// factory sets; the page's host is written out, and only a browser goes there.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { MiniApp, OfficialAccount } = require('node-easywechat');
const { default: WeChat } = require('node-socialite/dist/Providers/WeChat');
const simulator = require('./simulator');

const NO_CODE = '0'.repeat(32);
const cache = fs.mkdtempSync(path.join(os.tmpdir(), 'easywechat-'));
let mini;
let web;

before(async () => {
  mini = await simulator.app('shop_mini');
  web = await simulator.app('shop_web');
});

after(() => fs.rmSync(cache, { recursive: true }));

function miniProgram(options) {
  return new MiniApp({
    app_id: mini.app_id,
    secret: mini.secret,
    http: { baseURL: simulator.url },
    file_cache: { path: cache },
    ...options,
  });
}

class Provider extends WeChat {
  _baseUrl = `${simulator.url}/sns`;
}

function website(secret = web.secret) {
  const site = new OfficialAccount({ app_id: web.app_id, secret, file_cache: { path: cache } });
  return site.setOAuthFactory(
    () => new Provider({ client_id: web.app_id, client_secret: secret, redirect: simulator.callback }),
  ).getOAuth();
}

// The SDK has no error class of its own: its message holds WeChat's answer.
const refused = (errcode) => (error) => {
  assert.equal(JSON.parse(error.message.match(/\{.*\}/)[0]).errcode, errcode);
  return true;
};

test('a mini-program logs in, and reads who it is', async () => {
  const utils = miniProgram().getUtils();
  const session = await utils.codeToSession(await simulator.code('shop_mini'));
  const person = await simulator.person();
  assert.equal(session.openid, person.openids[mini.app_id]);
  assert.equal(session.unionid, person.unionids.default);

  const info = await simulator.userInfo('shop_mini');
  const decrypted = utils.decryptSession(session.session_key, info.iv, info.encrypted_data);
  assert.equal(decrypted.nickName, '张三');
  assert.equal(decrypted.openId, session.openid);
  assert.equal(decrypted.watermark.appid, mini.app_id);
});

test('bad, used and foreign codes are refused, and a wrong secret', async () => {
  const utils = miniProgram().getUtils();
  const used = await simulator.code('shop_mini');
  await utils.codeToSession(used);
  await assert.rejects(utils.codeToSession(NO_CODE), refused(40029));
  await assert.rejects(utils.codeToSession(used), refused(40163));
  await assert.rejects(utils.codeToSession(await simulator.foreignCode('mini_program')), refused(40029));
  await assert.rejects(utils.codeToSession(await simulator.code('shop_web')), refused(40029));

  const stranger = miniProgram({ secret: NO_CODE }).getUtils();
  await assert.rejects(stranger.codeToSession(await simulator.code('shop_mini')), refused(40125));
});

for (const stable of [false, true]) {
  test(`a phone number by its code, with ${stable ? 'the stable' : 'an'} app token`, async () => {
    const client = miniProgram({ use_stable_access_token: stable }).getClient();
    const code = await simulator.code('shop_mini', 'phone');
    const answer = await client.postJson('/wxa/business/getuserphonenumber', { code });
    assert.equal(answer.toObject().errcode, 0);
    assert.equal(answer.toObject().phone_info.phoneNumber, '13800138000');

    const again = await client.postJson('/wxa/business/getuserphonenumber', { code });
    assert.equal(again.toObject().errcode, 40029);
  });
}

test('no app token for a wrong secret', async () => {
  const stranger = miniProgram({ secret: NO_CODE });
  await assert.rejects(stranger.getAccessToken().getToken(), refused(40125));
});

test('a mini-program code is an image', async () => {
  const client = miniProgram().getClient();
  const answer = await client.request('POST', '/wxa/getwxacodeunlimit', {
    json: { scene: 'ticket-1' },
    responseType: 'arraybuffer',
  });
  assert.equal(answer.is('image'), true);
  assert.equal(answer.getContent().subarray(0, 3).toString('hex'), 'ffd8ff');
});

test('a website signs a visitor in', async () => {
  const oauth = website();
  const sent = await simulator.scan(oauth.withState('xyz123').redirect());
  assert.equal(sent.state, 'xyz123');
  const user = await oauth.userFromCode(sent.code);
  const person = await simulator.person();
  assert.equal(user.getNickname(), '张三');
  assert.equal(user.getId(), person.openids[web.app_id]);
  assert.equal(user.getRaw().unionid, person.unionids.default);
  assert.ok(user.getRefreshToken());
});

test('bad, used and foreign codes of a website are refused, and a wrong secret', async () => {
  const used = await simulator.code('shop_web');
  await website().tokenFromCode(used);
  await assert.rejects(website().tokenFromCode(NO_CODE), refused(40029));
  await assert.rejects(website().tokenFromCode(used), refused(40163));
  await assert.rejects(website().tokenFromCode(await simulator.foreignCode('web')), refused(40029));
  await assert.rejects(website(NO_CODE).tokenFromCode(await simulator.code('shop_web')), refused(40125));
});
