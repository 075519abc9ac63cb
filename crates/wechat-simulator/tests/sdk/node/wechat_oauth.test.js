'use strict';

// wechat-oauth: its URLs are written out, so the one method that sends is told the host.

const assert = require('node:assert/strict');
const { before, test } = require('node:test');
const { promisify } = require('node:util');
const OAuth = require('wechat-oauth');
const simulator = require('./simulator');

const NO_CODE = '0'.repeat(32);
let mini;
let web;

before(async () => {
  mini = await simulator.app('shop_mini');
  web = await simulator.app('shop_web');
});

class Client extends OAuth {
  request(url, options, callback) {
    super.request(url.replace('https://api.weixin.qq.com', simulator.url), options, callback);
  }
}

function client(app, secret = app.secret) {
  const oauth = new Client(app.app_id, secret, null, null, app === mini);
  const call = (name) => promisify(oauth[name].bind(oauth));
  return {
    authorizeUrl: oauth.getAuthorizeURLForWebsite(simulator.callback, 'xyz123'),
    decrypt: oauth.decryptMiniProgramUser.bind(oauth),
    getSessionKey: call('getSessionKey'),
    getAccessToken: call('getAccessToken'),
    getUser: call('getUser'),
    getUserByCode: call('getUserByCode'),
    refreshAccessToken: call('refreshAccessToken'),
    verifyToken: call('verifyToken'),
  };
}

const refused = (code) => ({ name: 'WeChatAPIError', code });

test('a mini-program logs in, and reads who it is', async () => {
  const shop = client(mini);
  const { data: session } = await shop.getSessionKey(await simulator.code('shop_mini'));
  const person = await simulator.person();
  assert.equal(session.openid, person.openids[mini.app_id]);
  assert.equal(session.unionid, person.unionids.default);

  const info = await simulator.userInfo('shop_mini');
  const user = shop.decrypt({
    sessionKey: session.session_key, encryptedData: info.encrypted_data, iv: info.iv,
  });
  assert.equal(user.nickName, '张三');
  assert.equal(user.openId, session.openid);
});

test('a mini-program logs in and reads who it is in one call', async () => {
  const code = await simulator.code('shop_mini');
  const info = await simulator.userInfo('shop_mini');
  const user = await client(mini).getUserByCode({ code, encryptedData: info.encrypted_data, iv: info.iv });
  assert.equal(user.nickName, '张三');
});

test('a website signs a visitor in', async () => {
  const site = client(web);
  const sent = await simulator.scan(site.authorizeUrl);
  assert.equal(sent.state, 'xyz123');
  const { data: token } = await site.getAccessToken(sent.code);
  const person = await simulator.person();
  assert.equal(token.openid, person.openids[web.app_id]);
  assert.equal(token.scope, 'snsapi_login');

  const user = await site.getUser({ openid: token.openid, lang: 'zh_CN' });
  assert.equal(user.nickname, '张三');
  assert.equal(user.unionid, person.unionids.default);
  assert.deepEqual(await site.verifyToken(token.openid, token.access_token), { errcode: 0, errmsg: 'ok' });

  const { data: renewed } = await site.refreshAccessToken(token.refresh_token);
  assert.equal(renewed.openid, token.openid);
  assert.equal((await site.getUser(token.openid)).nickname, '张三');
});

test('bad, used and foreign codes are refused, and a wrong secret', async () => {
  for (const [app, name, channel, exchange] of [
    [mini, 'shop_mini', 'mini_program', 'getSessionKey'],
    [web, 'shop_web', 'web', 'getAccessToken'],
  ]) {
    const ours = client(app)[exchange];
    const used = await simulator.code(name);
    await ours(used);
    await assert.rejects(ours(NO_CODE), refused(40029));
    await assert.rejects(ours(used), refused(40163));
    await assert.rejects(ours(await simulator.foreignCode(channel)), refused(40029));

    const code = await simulator.code(name);
    await assert.rejects(client(app, NO_CODE)[exchange](code), refused(40125));
    await ours(code);
  }
});

test('tokens that were not issued are refused', async () => {
  const site = client(web);
  await assert.rejects(site.refreshAccessToken('nonsense'), refused(40030));
  const { openids } = await simulator.person();
  await assert.rejects(
    site.verifyToken(openids[web.app_id], 'nonsense'),
    (error) => error.name === 'WeChatAPIError' && [40001, 40014].includes(error.code),
  );
});
