'use strict';

// co-wechat-api: each family of calls has its base URL in a property. It tells images from JSON by their Content-Type.

const assert = require('node:assert/strict');
const { before, test } = require('node:test');
const API = require('co-wechat-api');
const simulator = require('./simulator');

const NO_CODE = '0'.repeat(32);
let mini;

before(async () => {
  mini = await simulator.app('shop_mini');
});

function client(secret = mini.secret) {
  return Object.assign(new API(mini.app_id, secret), {
    prefix: `${simulator.url}/cgi-bin/`,
    snsPrefix: `${simulator.url}/sns/`,
    wxaPrefix: `${simulator.url}/wxa/`,
  });
}

const refused = (code) => ({ name: 'WeChatAPIError', code });

test('a mini-program logs in', async () => {
  const session = await client().code2Session(await simulator.code('shop_mini'));
  const person = await simulator.person();
  assert.equal(session.openid, person.openids[mini.app_id]);
  assert.equal(session.unionid, person.unionids.default);
  assert.match(session.session_key, /^[0-9A-Za-z+/]{22}==$/);
});

test('bad, used and foreign codes are refused, and a wrong secret', async () => {
  const used = await simulator.code('shop_mini');
  await client().code2Session(used);
  await assert.rejects(client().code2Session(NO_CODE), refused(40029));
  await assert.rejects(client().code2Session(used), refused(40163));
  await assert.rejects(client().code2Session(await simulator.foreignCode('mini_program')), refused(40029));
  await assert.rejects(client(NO_CODE).code2Session(await simulator.code('shop_mini')), refused(40125));
});

test('an app token, and none for a wrong secret', async () => {
  const token = await client().getAccessToken();
  assert.ok(token.isValid());
  await assert.rejects(client(NO_CODE).getAccessToken(), refused(40125));
});

test('a mini-program code is an image', async () => {
  const image = await client().getWXACodeUnlimit('ticket-1');
  assert.ok(Buffer.isBuffer(image));
  assert.equal(image.subarray(0, 3).toString('hex'), 'ffd8ff');
});

test('a scene that WeChat does not take is refused', async () => {
  await assert.rejects(client().getWXACodeUnlimit('100%'), refused(40129));
});

test('an app token that is superseded is fetched anew', async () => {
  const shop = client();
  await shop.saveToken({ accessToken: '99_superseded', expireTime: Date.now() + 60_000 });
  assert.ok(Buffer.isBuffer(await shop.getWXACodeUnlimit('ticket-2')));
});
