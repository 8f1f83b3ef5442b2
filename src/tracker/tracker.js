// What people do on a web page, told to Scoreline in the form of the Segment API. See docs/tracker.md.
// Nothing is sent, and nothing is stored in the browser, before consent; never the content of a form but the e-mail
// address; nothing at all under Do Not Track or Global Privacy Control.
(() => {
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement) || 'scorelineLoaded' in window) return;
  Object.assign(window, { scorelineLoaded: true });
  const { origin, searchParams } = new URL(script.src);
  const writeKey = script.dataset.key || searchParams.get('k');
  const STORED = 'scoreline';
  const refused = navigator.doNotTrack === '1' || Reflect.get(navigator, 'globalPrivacyControl') === true;

  const newId = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, '0')).join('');
  // A browser can forbid it.
  const stored = (use) => {
    try {
      return use(localStorage);
    } catch {
      return null;
    }
  };

  // Whoever consented on an earlier page has an id.
  let anonymousId = stored((storage) => storage.getItem(STORED));
  let allowed = !!anonymousId || script.dataset.consent === 'not-needed';
  let userId = null;
  anonymousId ||= newId();

  // Before consent, and after a call that failed, messages wait in this page.
  let waiting = [];

  const flush = async () => {
    if (!allowed || !waiting.length) return;
    const batch = waiting.splice(0, 20);
    const body = JSON.stringify({ writeKey, batch, sentAt: new Date().toISOString() });
    let again = true;
    try {
      // A text needs no preflight, and keepalive outlives the page.
      const { status } = await fetch(`${origin}/v1/b`, { method: 'POST', body, keepalive: true, credentials: 'omit' });
      again = status === 429 || status >= 500;
    } catch {}
    if (!again) return flush();
    waiting = [...batch, ...waiting].slice(-100);
    setTimeout(flush, 5000);
  };

  const say = (type, fields) => {
    if (refused) return;
    const context = { page: page(), campaign: campaign(), locale: navigator.language, userAgent: navigator.userAgent };
    const message = {
      type,
      messageId: newId(),
      anonymousId,
      userId,
      timestamp: new Date().toISOString(),
      context,
      ...fields,
    };
    waiting = [...waiting, message].slice(-100);
    // What is said at one moment goes together.
    queueMicrotask(flush);
  };

  const query = () => new URLSearchParams(location.search);
  const path = () => location.pathname + (location.hash.startsWith('#/') ? location.hash : '');
  // Addresses can hold what is personal: of a query only what campaigns put there is told.
  const page = () => {
    const known = [...query()].filter(([name]) => /^(utm_|[a-z]+clid$)/.test(name));
    const search = known.length ? `?${new URLSearchParams(known)}` : '';
    const referrer = document.referrer.split(/[?#]/)[0];
    return { path: path(), url: location.origin + path() + search, search, title: document.title, referrer };
  };
  const campaign = () => {
    const told = [...query()].filter(([name]) => name.startsWith('utm_'));
    return Object.fromEntries(told.map(([name, value]) => [name.slice(4).replace('campaign', 'name'), value]));
  };

  let viewed = '';
  let since = 0;
  let seconds = 0;
  const watch = () => {
    if (since) seconds += (performance.now() - since) / 1000;
    since = document.visibilityState === 'visible' ? performance.now() : 0;
  };
  // What was seen since the last time it was told.
  const tellTime = () => {
    watch();
    const whole = Math.round(seconds);
    if (viewed && whole > 0) say('track', { event: 'page_time', properties: { path: viewed, seconds: whole } });
    seconds = 0;
  };
  const view = () => {
    if (viewed === path()) return;
    tellTime();
    viewed = path();
    say('page', { properties: page() });
  };

  const TRAP = 'data-scoreline-trap';
  // Without a name it is never part of what a form sends; people do not see it, and programs fill it.
  const setTrap = (form) => {
    if (form.querySelector(`[${TRAP}]`)) return;
    const trap = document.createElement('input');
    for (const [name, value] of Object.entries({
      [TRAP]: '',
      type: 'text',
      tabindex: '-1',
      autocomplete: 'off',
      'aria-hidden': 'true',
    }))
      trap.setAttribute(name, value);
    trap.style.cssText = 'position:absolute;left:-9999px;width:1px;height:1px;opacity:0';
    form.append(trap);
  };
  const submitted = ({ target: form }) => {
    if (!(form instanceof HTMLFormElement)) return;
    const mail = form.querySelector('input[type=email]');
    if (mail instanceof HTMLInputElement && mail.value && mail.checkValidity())
      say('identify', { traits: { email: mail.value } });
    const trap = form.querySelector(`[${TRAP}]`);
    const name = form.getAttribute('id') || form.getAttribute('name') || form.getAttribute('action') || '';
    const honeypot = trap instanceof HTMLInputElement && trap.value ? { honeypot: true } : {};
    say('track', { event: 'form_submitted', properties: { form: name, path: path(), ...honeypot } });
  };

  const commands = {
    consent: (yes) => {
      allowed = yes === true;
      if (refused) return;
      if (allowed) stored((storage) => storage.setItem(STORED, anonymousId));
      else {
        stored((storage) => storage.removeItem(STORED));
        anonymousId = newId();
        userId = null;
        waiting = [];
      }
      flush();
    },
    track: (event, properties) => say('track', { event, properties }),
    identify: (id, traits) => {
      userId = id ?? null;
      say('identify', { traits: traits ?? {} });
    },
  };
  const call = (name, ...rest) => commands[name]?.(...rest);
  const early = Reflect.get(window, 'scoreline')?.q ?? [];
  Object.assign(window, { scoreline: call });

  const start = () => {
    for (const form of document.forms) setTrap(form);
    addEventListener('submit', submitted);
    document.addEventListener('visibilitychange', () => (document.visibilityState === 'hidden' ? tellTime() : watch()));
    addEventListener('pagehide', tellTime);
    addEventListener('pageshow', ({ persisted }) => {
      if (!persisted) return;
      viewed = '';
      view();
    });
    for (const name of ['pushState', 'replaceState']) {
      const change = history[name];
      history[name] = (...rest) => {
        change.apply(history, rest);
        view();
      };
    }
    addEventListener('popstate', view);
    addEventListener('hashchange', view);
    watch();
    view();
    for (const args of early) call(...args);
  };
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', start);
  else start();
})();
