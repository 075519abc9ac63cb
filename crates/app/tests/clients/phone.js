'use strict';

// A phone that runs the mini-program: what `wx` gives it, over the service and the simulator that are running.

const address = (name) => {
  const url = process.env[name];
  if (!url) throw new Error(`${name} is not set: \`cargo xtask clients\` starts the service and sets it.`);
  return url.replace(/\/+$/, '');
};
const service = address('WECHAT_LOGIN_URL');
const simulator = address('WECHAT_SIMULATOR_URL');

async function control(path, body) {
  const answer = await fetch(`${simulator}/simulator/${path}`, {
    method: body ? 'POST' : 'GET',
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

let people = 0;

// Somebody's phone. `logins` and `requests` are what the mini-program did; `loseAnswers` of so many requests to come
// are lost on their way back; `codes` go before new ones.
async function phone() {
  const person = `手机用户${process.pid}-${(people += 1)}`;
  await control('people', { name: person, phone: `1380000${String(people).padStart(4, '0')}` });
  const state = { person, logins: 0, requests: [], storage: new Map(), loseAnswers: 0, codes: [] };

  const code = async (kind) => (await control('codes', { app_id: 'shop_mini', person, kind })).code;

  async function ask({ url, method = 'GET', data, header = {} }) {
    const answer = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', ...header },
      body: method === 'GET' ? undefined : JSON.stringify(data),
    });
    const text = await answer.text();
    let body = text;
    // As WeChat does: what is no JSON stays text.
    try {
      body = JSON.parse(text);
    } catch {}
    return { statusCode: answer.status, data: body };
  }

  const wx = {
    getAccountInfoSync: () => ({ miniProgram: { envVersion: 'develop' } }),
    getStorageSync: (key) => state.storage.get(key) ?? '',
    setStorageSync: (key, value) => state.storage.set(key, value),
    login({ success, fail }) {
      state.logins += 1;
      const given = state.codes.shift();
      (given ? Promise.resolve(given) : code('login')).then((code) => success({ code }), fail);
    },
    request({ success, fail, ...options }) {
      const allowed = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT', undefined];
      if (!allowed.includes(options.method)) throw new Error(`wx.request knows no ${options.method}`);
      state.requests.push(options);
      ask(options).then((answer) => {
        if (state.loseAnswers > 0) {
          state.loseAnswers -= 1;
          fail({ errMsg: 'request:fail timeout' });
        } else {
          success(answer);
        }
      }, fail);
    },
  };
  return { ...state, state, wx, code };
}

module.exports = { phone, service };
