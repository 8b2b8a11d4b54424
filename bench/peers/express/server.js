// checkBind as one would write it with Express, axios, mysql2 on MariaDB, and ioredis for the tokens.
'use strict';

const crypto = require('node:crypto');
const http = require('node:http');
const axios = require('axios');
const express = require('express');
const Redis = require('ioredis');
const mysql = require('mysql2/promise');

const { ADDR, MYSQL_URL, REDIS_ADDR, WECHAT_API_BASE, WX_APPID, WX_APPSECRET } = process.env;
const TOKEN_LIFE = 7 * 24 * 3600; // seconds

const wechat = axios.create({
  baseURL: WECHAT_API_BASE,
  timeout: 5000,
  httpAgent: new http.Agent({ keepAlive: true }),
});
const pool = mysql.createPool({ uri: MYSQL_URL, connectionLimit: 20 });
const redis = new Redis(`redis://${REDIS_ADDR}`);
const app = express();

app.get('/mobileApi/user/checkBind', async (req, res) => {
  const { data: session } = await wechat.get('/sns/jscode2session', {
    params: { appid: WX_APPID, secret: WX_APPSECRET, js_code: req.query.code, grant_type: 'authorization_code' },
  });
  if (session.errcode) {
    return res.json({ code: 0, msg: session.errmsg });
  }
  const [bindings] = await pool.execute('SELECT user_id FROM bindings WHERE app_id = ? AND openid = ?', [WX_APPID, session.openid]);
  if (bindings.length === 0) {
    return res.json({ code: 301, msg: '未登录', openId: session.openid });
  }
  const [[user]] = await pool.execute('SELECT id, username, name, roles, disabled FROM users WHERE id = ?', [bindings[0].user_id]);
  if (!user || user.disabled) {
    return res.json({ code: 0, msg: '账号已禁用' });
  }
  const token = crypto.randomBytes(32).toString('hex');
  const value = JSON.stringify({ userId: user.id, openId: session.openid, sessionKey: session.session_key });
  await redis.set(`token:${token}`, value, 'EX', TOKEN_LIFE);
  const { id, username, name, roles } = user;
  res.json({ code: 1, msg: '已经登录', token, userInfo: { id, username, name, roles } });
});

app.use((err, req, res, next) => {
  console.error(err.message);
  res.status(500).json({ code: 0, msg: '系统错误' });
});

const [host, port] = ADDR.split(':');
app.listen(Number(port), host);
