// An OpenID provider with one client, on a port of this machine: `node provider.mjs '{"port": 4000, ...}'`.
// Whoever gives a name is signed in under it; what it says on standard error is worth reading.

import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import Provider, { interactionPolicy } from 'oidc-provider';

const told = JSON.parse(process.argv[2]);
const names = new Map(); // by subject

function subjectOf(name) {
  const subject = createHash('sha256').update(name).digest('hex').slice(0, 32);
  names.set(subject, name);
  return subject;
}

function escape(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function page(title, content) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${content}</html>`;
}

function signInPage({ prompt, session }) {
  const known = prompt.name === 'select_account' && names.get(session?.accountId);
  const button = known ? `<button name="do" value="continue">Continue as ${escape(known)}</button>` : '';
  return page('Sign in', `<form method="post">${button}
    <label>User name <input name="name" autocomplete="off"></label>
    <button name="do" value="sign in">Sign in</button> <button name="do" value="refuse">Refuse</button></form>`);
}

async function bodyOf(request) {
  let body = '';
  for await (const piece of request) body += piece;
  return new URLSearchParams(body);
}

function answerTo(form) {
  if (form.get('do') === 'refuse') return { error: 'access_denied', error_description: 'The person refused' };
  if (form.get('do') === 'continue') return { select_account: {} };
  return { login: { accountId: subjectOf(form.get('name')) }, select_account: {} };
}

async function interact(request, response) {
  const details = await provider.interactionDetails(request, response);
  if (request.method === 'POST') {
    await provider.interactionFinished(request, response, answerTo(await bodyOf(request)));
  } else {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(signInPage(details));
  }
}

// Streamlit asks for `select_account`, which a provider is free to offer.
const policy = interactionPolicy.base();
policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const provider = new Provider(told.issuer, {
  clients: [{
    client_id: told.client_id,
    client_secret: told.client_secret,
    redirect_uris: told.redirect_uris,
    post_logout_redirect_uris: told.logout_uris,
    require_auth_time: true,
  }],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: false, // names and addresses in the ID token, where Streamlit looks for them
  pkce: { required: () => true },
  ttl: {
    AccessToken: told.token_seconds,
    AuthorizationCode: 60,
    Grant: told.session_seconds,
    IdToken: told.token_seconds,
    Interaction: 3600,
    Session: told.session_seconds,
  },
  interactions: { policy, url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      // Asks nobody: the page confirms by itself.
      logoutSource: (ctx, form) => {
        const confirmed = form.replace('</form>', '<input type="hidden" name="logout" value="yes"></form>');
        ctx.body = page('Signing out', `${confirmed}<script>document.forms[0].submit()</script>`);
      },
      postLogoutSuccessSource: (ctx) => { ctx.body = page('Signed out', ''); },
    },
  },
  findAccount: (ctx, subject) => ({
    accountId: subject,
    claims: () => ({
      sub: subject, name: names.get(subject), email: `${names.get(subject)}@example.org`, email_verified: true,
    }),
  }),
  // The diary is the provider's own, so nobody is asked what it may know.
  loadExistingGrant: async (ctx) => {
    const { client, session } = ctx.oidc;
    const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid email profile');
    await grant.save();
    return grant;
  },
  renderError: (ctx, out) => { ctx.body = page('Error', `<p>${escape(out.error)}: ${escape(out.error_description)}`); },
});

provider.on('server_error', (ctx, error) => console.error(error));

const others = provider.callback();
createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return others(request, response);
  return interact(request, response).catch((error) => {
    response.statusCode = 400;
    response.end(error.message);
  });
}).listen(told.port, '127.0.0.1');
