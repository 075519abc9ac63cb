// Signing in with wechat-login from a mini-program: copy this file; app.js and pages/profile show its use.

const TOKEN = 'wechat_login_token';
// What is kept instead of a token after signing out, so that nothing signs in by itself.
const SIGNED_OUT = 'signed out';

// `hosts` says where wechat-login is for each of WeChat's versions of a mini-program: develop, trial, release.
module.exports = function createLogin(hosts) {
  const host = hosts[wx.getAccountInfoSync().miniProgram.envVersion];
  let underWay = null;

  const send = (options) =>
    new Promise((success, fail) => wx.request({ timeout: 6000, ...options, success, fail }));

  const newCode = () =>
    new Promise((resolve, reject) => wx.login({ success: ({ code }) => resolve(code), fail: reject }));

  const isOk = ({ statusCode }) => statusCode >= 200 && statusCode < 300;

  async function exchange(code) {
    const request = {
      url: `${host}/v1/login/mini-program`,
      method: 'POST',
      data: { code, client: { env_version: wx.getAccountInfoSync().miniProgram.envVersion } },
      // A code works once. Under the same key an answer that got lost on its way can be asked for again.
      header: { 'Idempotency-Key': `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}` },
    };
    return send(request).catch(() => send(request));
  }

  async function signIn() {
    let answer = await exchange(await newCode());
    if (answer.data.retry === 'new_code') answer = await exchange(await newCode());
    if (!isOk(answer)) throw answer.data;
    wx.setStorageSync(TOKEN, answer.data.token);
    return answer.data;
  }

  // Signs in and keeps the token. Whoever asks while a login is under way waits for the same one: each new
  // login makes what WeChat encrypted for the one before worthless.
  function logIn() {
    if (!underWay) {
      const done = () => (underWay = null);
      underWay = signIn();
      underWay.then(done, done);
    }
    return underWay;
  }

  const withToken = (options, token) =>
    send({ ...options, header: { ...options.header, Authorization: `Bearer ${token}` } });

  async function currentToken() {
    const token = wx.getStorageSync(TOKEN);
    if (token === SIGNED_OUT) throw { code: 'unauthenticated', user_message: '请先登录' };
    return token || (await logIn()).token;
  }

  // Unless another request has got a new one meanwhile.
  function replace(token, by) {
    if (wx.getStorageSync(TOKEN) === token) wx.setStorageSync(TOKEN, by);
  }

  // As wx.request, with the token: for wechat-login by its path, for your own backends by the whole url. Signs in
  // where there is no token, and once more where it is no longer good. Resolves to the answer's data, or rejects with it.
  async function request(options) {
    const wanted = { ...options, url: options.url[0] === '/' ? host + options.url : options.url };
    const token = await currentToken();
    let answer = await withToken(wanted, token);
    if (answer.statusCode === 401) {
      // Whoever was signed out, from another device or by an operator, signs in again by a tap: logIn().
      const isSignedOut = answer.data && answer.data.code === 'session_revoked';
      replace(token, isSignedOut ? SIGNED_OUT : '');
      if (!isSignedOut) answer = await withToken(wanted, await currentToken());
    }
    if (!isOk(answer)) throw answer.data;
    return answer.data;
  }

  async function logOut() {
    const token = wx.getStorageSync(TOKEN);
    if (!token || token === SIGNED_OUT) return;
    const answer = await withToken({ url: `${host}/v1/session`, method: 'DELETE' }, token);
    // 401: it was over already. Anything else, and the session may still be good.
    if (!isOk(answer) && answer.statusCode !== 401) throw answer.data;
    replace(token, SIGNED_OUT);
  }

  return { logIn, logOut, request };
};
