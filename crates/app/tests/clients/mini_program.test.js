'use strict';

// The mini-program of examples/clients, on a stubbed phone, against the running service.

const assert = require('node:assert/strict');
const { test } = require('node:test');

const createLogin = require('../../examples/clients/mini-program/login.js');
const { phone, service } = require('./phone.js');

const TOKEN = 'wechat_login_token';

// The mini-program, opened on a new person's phone.
async function open() {
  const { state, wx, code } = await phone();
  global.wx = wx;
  const login = createLogin({ develop: service, trial: 'http://trial.invalid', release: 'http://release.invalid' });
  return { state, code, login };
}

const me = { url: '/v1/me' };
const posts = (state) => state.requests.filter(({ url }) => url.endsWith('/v1/login/mini-program'));

test('the first request signs in, the next ones use the token', async () => {
  const { state, login } = await open();
  const user = await login.request(me);
  assert.deepEqual(await login.request(me), user);
  assert.equal(state.logins, 1);
  assert.match(state.storage.get(TOKEN), /^wl_/);
});

test('whole addresses go elsewhere, with the same token', async () => {
  const { state, login } = await open();
  await login.request({ url: `${service}/v1/session` });
  const asked = state.requests.at(-1);
  assert.equal(asked.url, `${service}/v1/session`);
  assert.equal(asked.header.Authorization, `Bearer ${state.storage.get(TOKEN)}`);
});

test('requests that begin together share one login', async () => {
  const { state, login } = await open();
  const users = await Promise.all(Array.from({ length: 5 }, () => login.request(me)));
  assert.equal(new Set(users.map(({ id }) => id)).size, 1);
  assert.equal(state.logins, 1);
});

test('an answer that is lost on its way is asked for again, under the same key', async () => {
  const { state, login } = await open();
  state.loseAnswers = 1;
  const { token } = await login.logIn();
  assert.equal(state.logins, 1);
  const [first, second, ...more] = posts(state);
  assert.deepEqual(more, []);
  assert.deepEqual(second, first);
  assert.equal((await login.request({ url: '/v1/session' })).session.current, true);
  assert.equal(state.storage.get(TOKEN), token);
});

test('a code that does not do is followed by one new one', async () => {
  const { state, login } = await open();
  state.codes = ['0a1b2c3d'];
  await login.logIn();
  assert.equal(state.logins, 2);
  state.codes = ['0a1b2c3d', '0a1b2c3d'];
  await assert.rejects(login.logIn(), { code: 'login_code_rejected', status: 400 });
  assert.equal(state.logins, 4);
});

test('after a login that failed the next one begins anew', async () => {
  const { state, login } = await open();
  state.loseAnswers = 2;
  await assert.rejects(login.logIn(), { errMsg: 'request:fail timeout' });
  assert.match((await login.logIn()).token, /^wl_/);
});

test('a token that is no longer good is followed by one new login, however many requests notice', async () => {
  const { state, login } = await open();
  state.storage.set(TOKEN, 'wl_forgotten');
  const users = await Promise.all(Array.from({ length: 4 }, () => login.request(me)));
  assert.equal(new Set(users.map(({ id }) => id)).size, 1);
  assert.equal(state.logins, 1);
});

test('a backend that says 401 to a good token is asked twice and no more', async () => {
  const { state, login } = await open();
  await login.logIn();
  const asked = { url: `${service}/v1/users/1` };
  await assert.rejects(login.request(asked), { code: 'client_unauthorized' });
  assert.equal(state.requests.filter(({ url }) => url === asked.url).length, 2);
  assert.equal(state.logins, 2);
});

test('whoever signed out stays signed out until they sign in', async () => {
  const { state, login } = await open();
  await login.logIn();
  await login.logOut();
  await assert.rejects(login.request(me), { code: 'unauthenticated' });
  await login.logOut();
  assert.equal(state.logins, 1);
  const { user } = await login.logIn();
  assert.equal((await login.request(me)).id, user.id);
});

test('a session that was ended from elsewhere does not come back by itself', async () => {
  const { state, login } = await open();
  const { token } = await login.logIn();
  await fetch(`${service}/v1/session`, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } });
  await assert.rejects(login.request(me), { code: 'session_revoked' });
  await assert.rejects(login.request(me), { code: 'unauthenticated' });
  assert.equal(state.logins, 1);
});

// The page as WeChat runs it: `Page` hands over what it is made of, `getApp` what app.js made.
function openPage(login) {
  let page;
  global.getApp = () => ({ login });
  global.Page = (definition) => (page = definition);
  const file = require.resolve('../../examples/clients/mini-program/pages/profile/profile.js');
  delete require.cache[file];
  require(file);
  return new Promise((resolve) => {
    page.setData = (data) => resolve(data);
    page.act = (name, detail) =>
      new Promise((shown, failed) => {
        page.setData = shown;
        wx.showToast = ({ title }) => failed(new Error(title));
        page[name]({ detail });
      });
    wx.showToast = ({ title }) => resolve({ title });
    page.onLoad();
  }).then((data) => ({ page, data }));
}

test('the profile page shows, fills in and signs out', async () => {
  const { state, code, login } = await open();
  wx.uploadFile = ({ filePath, success }) => success({ data: JSON.stringify({ url: `https://pictures.example.com/${filePath}` }) });
  const { page, data } = await openPage(login);
  assert.equal(data.user.nickname, null);

  const named = await page.act('onSubmit', { value: { nickname: '飞翔的企鹅🐧' } });
  assert.equal(named.user.nickname, '飞翔的企鹅🐧');
  const pictured = await page.act('onChooseAvatar', { avatarUrl: 'a.png' });
  assert.equal(pictured.user.avatar_url, 'https://pictures.example.com/a.png');
  await assert.rejects(page.act('onSubmit', { value: { nickname: '' } }), /./);

  const reached = await page.act('onGetPhoneNumber', { code: await code('phone') });
  assert.match(reached.user.phone, /^\+86138\*{4}\d{4}$/);

  assert.equal((await page.act('onLogOut')).user, null);
  assert.equal((await page.act('onLogIn')).user.id, named.user.id);
  assert.equal(state.logins, 2);
});
