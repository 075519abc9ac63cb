const createLogin = require('./login');

App({
  onLaunch() {
    this.login = createLogin({
      develop: 'http://127.0.0.1:8080',
      trial: 'https://login.test.example.com',
      release: 'https://login.example.com',
    });
  },
});
