// Walks a contact by hand through each ready model, with the sums that docs/models/ shows.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { explain, explainCompany } from '../src/core/explain.ts';
import { parseModel } from '../src/core/model.ts';
import { readInstant } from '../src/core/time.ts';
import type { Company, Contact, Event, Model, Value, Values } from '../src/core/words.ts';

type Cells = Record<string, string | readonly string[]>;
type EventRow = [at: string, name: string, properties?: Cells];

const modelOf = (file: string): Model => parseModel(readFileSync(new URL(file, import.meta.url), 'utf8'), file);
const values = (cells: Cells): Values => new Map<string, Value>(Object.entries(cells));
const instant = (text: string): number => {
  const at = readInstant(text);
  if (at === undefined) throw new Error(`no instant: ${text}`);
  return at;
};
const AS_OF = instant('2026-06-30T12:00:00Z');

const company = (id: string, traits: Cells): Company => ({ id, traits: values(traits) });

function contact(
  id: string,
  {
    traits = {},
    events = [],
    of = null,
    email = null,
  }: {
    traits?: Cells;
    events?: readonly EventRow[];
    of?: Company | null;
    email?: string | null;
  },
): Contact {
  return {
    id,
    email,
    createdAt: instant('2026-01-05'),
    companyId: of?.id ?? null,
    traits: values(traits),
    hasTraits: Object.keys(traits).length > 0,
    company: of,
    events: events.map(
      ([at, name, properties = {}], n): Event => ({
        id: `e${String(n).padStart(3, '0')}`,
        name,
        at: instant(at),
        properties: values(properties),
        ignored: false,
      }),
    ),
  };
}

/** What a reader of the docs sees: points by score and by rule, in points, without the rules that gave nothing. */
function walk(model: Model, who: Contact, asOf = AS_OF, previous: string | null = null) {
  const { scores, reasons, stage, disqualified, nextChangeAt } = explain(model, who, asOf, { previous });
  return {
    scores: Object.fromEntries(
      [...scores].map(([name, { points, cell }]) => [name, points === null ? cell : points / 1_000_000]),
    ),
    reasons: Object.fromEntries(
      reasons.filter(({ points }) => points !== 0).map((r) => [r.rule, r.points / 1_000_000]),
    ),
    grade: (name: string) => {
      const place = scores.get(name)?.grade;
      return place == null ? null : model.scores.find((score) => score.name === name)?.grades[place]?.name;
    },
    band: (name: string) => {
      const place = scores.get(name)?.band;
      return place == null ? null : model.scores.find((score) => score.name === name)?.bands[place]?.name;
    },
    stage,
    out: disqualified?.reason ?? null,
    next: nextChangeAt === null ? null : new Date(nextChangeAt).toISOString(),
  };
}

function walkCompany(model: Model, which: Company, people: readonly Contact[]) {
  const { scores } = explainCompany(model, which, people, AS_OF);
  return {
    scores: Object.fromEntries(
      [...scores].map(([name, { points }]) => [name, points === null ? null : points / 1_000_000]),
    ),
    band: (name: string) => {
      const place = scores.get(name)?.band;
      return place == null ? null : model.companyScores.find((score) => score.name === name)?.bands[place]?.name;
    },
  };
}

test('points and two thresholds: Ana', () => {
  const model = modelOf('01-points-and-two-thresholds.yaml');
  const events: EventRow[] = [
    ['2026-03-01T10:00:00Z', 'newsletter_subscribed'],
    ['2026-04-07T08:00:00Z', 'email_opened', { message: 'm1' }],
    ['2026-04-14T08:00:00Z', 'email_opened', { message: 'm2' }],
    ['2026-04-21T08:00:00Z', 'email_opened', { message: 'm3' }],
    ['2026-04-28T08:00:00Z', 'email_opened', { message: 'm4' }],
    ['2026-05-05T08:00:00Z', 'email_opened', { message: 'm5' }],
    ['2026-05-06T08:00:00Z', 'email_opened', { message: 'm5' }],
    ['2026-06-10T09:00:00Z', 'page_viewed', { path: '/' }],
    ['2026-06-10T09:10:00Z', 'page_viewed', { path: '/services' }],
    ['2026-06-18T14:00:00Z', 'page_viewed', { path: '/' }],
    ['2026-06-25T08:30:00Z', 'page_viewed', { path: '/' }],
  ];
  const ana = contact('ana', { traits: { country: 'de' }, events });
  const june = walk(model, ana);
  expect(june.reasons).toEqual({ 'reads-our-mail': 25, newsletter: 15, returns: 10 });
  expect(june.scores).toEqual({ total: 50, 'of-fifty': 25, 'of-three': 1.5 });
  expect([june.stage, june.band('total'), june.next]).toEqual(['mql', 'warm', '2026-07-10T09:00:00.000Z']);

  const asked = contact('ana', {
    traits: { country: 'de' },
    events: [...events, ['2026-07-01T09:00:00Z', 'form_submitted', { form: 'Assessment' }]],
  });
  const july = walk(model, asked, instant('2026-07-02'), 'mql');
  expect(july.reasons).toEqual({ 'asked-for-us': 80, 'reads-our-mail': 25, newsletter: 15, returns: 10 });
  expect(july.scores).toEqual({ total: 100, 'of-fifty': 50, 'of-three': 3 });
  expect([july.stage, july.band('total')]).toEqual(['sql', 'hot']);

  const september = walk(model, ana, instant('2026-09-15'), 'mql');
  expect(september.reasons).toEqual({ 'reads-our-mail': 25, newsletter: 15, 'stays-away': -20 });
  expect([september.scores.total, september.stage]).toEqual([20, null]);
});

test('points and two thresholds: outside the region, unsubscribed, and the gap between the thresholds', () => {
  const model = modelOf('01-points-and-two-thresholds.yaml');
  const events: EventRow[] = [
    ['2026-06-20T10:00:00Z', 'form_submitted', { form: 'consultation' }],
    ['2026-06-21T10:00:00Z', 'page_viewed'],
  ];
  const abroad = contact('a', { traits: { country: 'US' }, events });
  expect(walk(model, abroad).scores.total).toBe(40);
  expect(walk(model, abroad).stage).toBe(null);
  expect(walk(model, abroad, AS_OF, 'mql').stage).toBe('mql');
  const unknown = contact('b', { events: [...events, ['2026-06-22T10:00:00Z', 'email_unsubscribed']] });
  expect(walk(model, unknown).scores.total).toBe(50);
});

test('fit and interest: Ben, and his company', () => {
  const model = modelOf('02-fit-and-interest.yaml');
  const firm = company('firm', { employees: '120', type: 'private', industry: 'Consulting' });
  const traits = { age: '27', annual_income: '150000', country: 'GB', buys_for: 'Business' };
  const events: EventRow[] = [
    ['2026-06-02T08:00:00Z', 'email_opened'],
    ['2026-06-05T08:00:00Z', 'email_opened'],
    ['2026-06-09T08:00:00Z', 'email_opened'],
    ['2026-06-12T08:00:00Z', 'email_opened'],
    ['2026-06-12T08:01:00Z', 'email_clicked'],
    ['2026-06-12T08:02:00Z', 'email_clicked'],
    ['2026-06-12T08:03:00Z', 'email_clicked'],
    ['2026-06-15T08:00:00Z', 'post_liked'],
    ['2026-06-16T08:00:00Z', 'post_liked'],
    ['2026-06-20T09:00:00Z', 'form_submitted', { form: 'contact' }],
  ];
  const ben = contact('ben', { traits, events, of: firm });
  const walked = walk(model, ben);
  expect(walked.reasons).toEqual({
    income: 10,
    'our-region': 8,
    business: 6,
    'company-size': 6,
    'company-type': 3,
    industry: 5,
    'contact-form': 25,
    opens: 4,
    clicks: 6,
    likes: 2,
  });
  expect(walked.scores).toEqual({ fit: 38, interest: 37, total: 75 });
  expect([walked.grade('fit'), walked.grade('interest'), walked.stage]).toEqual(['A', 'B', 'mql']);
  const before = walk(model, ben, instant('2026-06-19'));
  expect([before.scores.total, before.stage]).toEqual([50, 'lead']);

  const cleo = contact('cleo', { traits: { age: '35', country: 'DE' }, of: firm });
  const dan = contact('dan', { traits: { annual_income: '80000' }, of: firm });
  expect(walk(model, cleo).scores).toEqual({ fit: 22, interest: 0, total: 22 });
  expect(walk(model, dan).out).toBe('Income below 100,000 a year');
  const account = walkCompany(model, firm, [ben, cleo, dan]);
  expect(account.scores).toEqual({ cumulative: 97, interest: 37 });
  expect(account.band('cumulative')).toBe('warm');
});

test('fit and interest: seventy points without the contact form stay with marketing', () => {
  const model = modelOf('02-fit-and-interest.yaml');
  const firm = company('firm', { employees: '120', type: 'private', industry: 'Finance' });
  const days = Array.from({ length: 8 }, (_, n) => `2026-06-0${n + 1}T08:00:00Z`);
  const keen = contact('keen', {
    traits: { age: '45', annual_income: '250000', country: 'US', children: '2', buys_for: 'business' },
    events: days.flatMap((at): EventRow[] => [
      [at, 'email_opened'],
      [at, 'email_clicked'],
      [at, 'post_liked'],
      [at, 'post_shared'],
      [at, 'post_commented'],
    ]),
    of: firm,
  });
  const walked = walk(model, keen);
  expect(walked.scores).toEqual({ fit: 50, interest: 30, total: 80 });
  expect(walked.stage).toBe('lead');
});

test('the qualified-lead agreement: Dana', () => {
  const model = modelOf('03-qualified-lead-agreement.yaml');
  const harbour = company('harbour', { name: 'Harbour Ltd', employees: '250' });
  const traits: Cells = {
    first_name: 'Dana',
    last_name: 'Doe',
    phone: '+49 30 000000',
    title: 'Operations manager',
    pains: ['Slow reports'],
    budget: '25000',
    wants_contact: 'Yes',
  };
  const events: EventRow[] = [
    ['2026-06-03T13:00:00Z', 'webinar_attended'],
    ['2026-06-04T09:00:00Z', 'content_downloaded', { kind: 'paper', content: 'planning' }],
    ['2026-06-05T09:00:00Z', 'content_downloaded', { kind: 'paper', content: 'Planning' }],
    ['2026-06-08T09:00:00Z', 'email_clicked'],
    ['2026-06-08T09:01:00Z', 'page_viewed', { path: '/product/reports', seconds: '150' }],
    ['2026-06-08T09:04:00Z', 'page_viewed', { path: '/product/plans', seconds: '40' }],
    ['2026-06-08T09:05:00Z', 'page_viewed', { path: '/pricing', seconds: '95' }],
  ];
  const dana = contact('dana', { traits, events, of: harbour, email: 'dana@harbour.example' });
  const walked = walk(model, dana);
  expect(walked.reasons).toMatchObject({
    'has-our-pain': 15,
    'has-budget': 15,
    'wants-a-call': 20,
    webinar: 15,
    paper: 8,
    'key-pages': 8,
    'time-on-pages': 3,
    clicks: 2,
  });
  expect(walked.scores).toEqual({ complete: 60, situation: 50, behaviour: 36, total: 86 });
  expect([walked.stage, walked.band('total')]).toEqual(['mql', 'hot']);
  expect(walkCompany(model, harbour, [dana]).scores).toEqual({ best: 86, breadth: 0 });

  const { phone, ...noPhone } = traits;
  const silent = walk(model, contact('dana', { traits: noPhone, events, of: harbour, email: 'dana@harbour.example' }));
  expect([phone, silent.scores.complete, silent.scores.total, silent.stage]).toEqual([traits.phone, 50, 86, 'lead']);

  const small = company('small', { name: 'Small Ltd', employees: '80' });
  const out = walk(model, contact('dana', { traits, events, of: small, email: 'dana@small.example' }));
  expect([out.out, out.stage, out.scores.total]).toEqual(['Fewer than 100 employees', null, 86]);
});

test('several scores: Eli, a subscriber, and spam', () => {
  const model = modelOf('04-several-scores.yaml');
  const firm = company('firm', {
    industry: 'Software',
    employees: '40',
    technologies: ['HubSpot', 'Slack'],
    open_jobs: '3',
  });
  const eli = contact('eli', {
    traits: { title: 'Head of Growth', role_since: '2026-02-01', country: 'NL' },
    events: [
      ['2026-05-20T08:00:00Z', 'email_clicked'],
      ['2026-06-01T08:00:00Z', 'content_downloaded', { content: 'guide' }],
      ['2026-06-20T08:00:00Z', 'session_started'],
      ['2026-06-25T08:00:00Z', 'email_clicked'],
      ['2026-06-28T08:00:00Z', 'trial_started'],
      ['2026-06-29T08:00:00Z', 'session_started'],
      ['2026-06-29T08:01:00Z', 'page_viewed', { path: '/pricing' }],
      ['2026-06-29T12:00:00Z', 'session_started'],
      ['2026-06-29T18:00:00Z', 'session_started'],
    ],
    of: firm,
  });
  const walked = walk(model, eli);
  expect(walked.reasons).toMatchObject({ visits: 10.992, pricing: 5.862, downloads: 4.195, clicks: 4.5, trial: 40 });
  expect(walked.scores).toEqual({
    demographic: 100,
    firmographic: 85,
    action: 65.549,
    spam: 0,
    search: 1,
    quadrant: 'A1',
  });
  expect(walked.stage).toBe('mql');
  const account = walkCompany(model, firm, [eli]);
  expect(account.scores).toEqual({ fit: 100, action: 65.549 });
  expect(account.band('fit')).toBe('target');

  const ceo = walk(model, contact('ceo', { traits: { title: 'CEO' }, of: firm }), instant('2026-02-01'));
  expect(ceo.scores).toMatchObject({ demographic: 50, firmographic: 85, action: 0, quadrant: 'A4' });
  expect(ceo.stage).toBe('subscriber');

  const spam = walk(
    model,
    contact('spam', { traits: { full_name: 'Buy at www.cheap.test', message: 'Best Casino! https://cheap.test' } }),
  );
  expect([spam.scores.spam, spam.out, spam.stage]).toEqual([100, 'Looks like spam', null]);
});

test('the ten-point scale: Fay, and her account', () => {
  const model = modelOf('05-ten-point-scale.yaml');
  const firm = company('firm', { employees: '60', revenue: '2000000', technologies: ['Shopify'] });
  const fay = contact('fay', {
    traits: { budget: '5000', authority: 'decides', need: 'a shop that loads faster', timing: 'this quarter' },
    events: [
      ['2026-06-01T08:00:00Z', 'content_downloaded', { kind: 'e-book', content: 'handbook' }],
      ['2026-06-02T08:00:00Z', 'content_downloaded', { kind: 'guide', content: 'checklist' }],
      ['2026-06-09T08:00:00Z', 'email_opened'],
      ['2026-06-10T08:00:00Z', 'content_viewed', { content: 'map' }],
      ['2026-06-14T08:00:00Z', 'page_followed'],
      ['2026-06-15T08:00:00Z', 'post_liked'],
      ['2026-06-20T08:00:00Z', 'email_opened'],
      ['2026-06-20T08:01:00Z', 'email_clicked'],
      ['2026-06-20T08:02:00Z', 'page_viewed', { path: '/blog/speed' }],
      ['2026-06-20T08:03:00Z', 'page_viewed', { path: '/pricing' }],
      ['2026-06-30T08:00:00Z', 'page_viewed', { path: '/pricing' }],
    ],
    of: firm,
  });
  const walked = walk(model, fay);
  expect(walked.scores).toEqual({
    firm: 10,
    visits: 9.764,
    mail: 5,
    social: 5,
    content: 7,
    bant: 10,
    total: 8.4028,
  });
  expect([walked.stage, walked.band('total')]).toEqual(['sql', 'hot']);
  const account = walkCompany(model, firm, [fay]);
  expect(account.scores).toEqual({ facts: 10, people: 8.4028, breadth: 0, account: 7.2014 });
  expect(account.band('account')).toBe('hot');

  const rival = walk(model, contact('r', { traits: { budget: '1' }, email: 'r@Rival.example' }));
  expect([rival.out, rival.stage]).toEqual(['Competitor', null]);
});

test('X Education: a lead that answered, and one that did not', () => {
  const model = modelOf('x-education.yaml');
  const answered = walk(
    model,
    contact('1', {
      traits: {
        'Lead Origin': 'Landing Page Submission',
        'What is your current occupation': 'Working Professional',
        'What matters most to you in choosing a course': 'Better Career Prospects',
        Specialization: 'Finance Management',
        'Total Time Spent on Website': '1020',
        TotalVisits: '5',
        'Do Not Email': 'No',
      },
    }),
  );
  expect(answered.scores).toEqual({ fit: 38, interest: 28, total: 66 });
  expect([answered.band('total'), answered.stage]).toEqual(['hot', 'sql']);

  const silent = walk(
    model,
    contact('2', { traits: { Specialization: 'Select', TotalVisits: '1.0', 'Do Not Email': 'YES' } }),
  );
  expect(silent.reasons).toEqual({ 'one-visit': -14, 'no-e-mail': -12 });
  expect(silent.scores).toEqual({ fit: 0, interest: -26, total: 0 });
});

test('open-source contributors: windows, decay, silence and the company', () => {
  const model = modelOf('oss-contributors.yaml');
  const firm = company('d-example', {});
  const commit = (at: string, properties: Cells = {}): EventRow => [
    at,
    'commit',
    { repo: 'one', files: '12', areas: 'src', verb: 'add', ...properties },
  ];
  const events: EventRow[] = [
    commit('2026-06-02T09:00:00Z', { verb: 'fix', areas: 'src;test' }),
    commit('2026-06-15T09:00:00Z'),
    commit('2026-06-30T08:00:00Z'),
    ['2026-06-30T09:00:00Z', 'merge', { repo: 'one' }],
  ];
  const traits = { email_domain: 'd-example' };
  const kim = contact('kim', { traits, events, of: firm });
  const june = walk(model, kim);
  // Commits 28, 15 and 0 days old: 5 × (0.724 + 0.841 + 1). Sizes: three times two whole fives. A fix, 28 of 180 days old.
  expect(june.reasons).toEqual({
    commits: 12.825,
    size: 1.5,
    'comes-back': 15,
    fixes: 1.688,
    tests: 3,
    merges: 10,
    organisation: 10,
  });
  expect(june.scores).toEqual({ activity: 44.013, backing: 10, total: 49.013 });
  expect([june.grade('activity'), june.band('total'), june.stage]).toEqual(['B', 'warm', 'regular']);

  const lee = contact('lee', { traits, events: [commit('2026-06-30T08:00:00Z')], of: firm });
  const account = walkCompany(model, firm, [kim, lee]);
  expect(account.scores).toEqual({ activity: 47.313, best: 59.513, breadth: 10, total: 57.313 });
  expect(account.band('total')).toBe('warm');

  // Five months later: two times 60 days of silence, and only the window of the merge and of the sizes are still open.
  const november = walk(model, kim, instant('2026-11-30T12:00:00Z'), 'regular');
  expect(november.reasons).toEqual({ commits: 2.195, size: 1.5, merges: 10, 'gone-quiet': -20, organisation: 10 });
  expect(november.scores).toEqual({ activity: 0, backing: 10, total: 5 });
  expect(november.stage).toBe(null);
});
