/** Four contacts, one for each way to come out, with every score worked out by hand. It decides nothing else. */

export const model = `
model: small
scores:
  fit:
    range: [0, 50]
    rules:
      - { id: decides, if: { title: { mentions: [ceo, founder] } }, points: 30 }
      - { id: right-size, if: { company.employees: { between: [10, 500] } }, points: 20.5 }
      - { id: student, if: { title: { mentions: [student] } }, points: -10 }
  interest:
    range: [-20, 40]
    rules:
      - { id: pricing, on: page_viewed, where: { path: { startsWith: /pricing } }, pointsEach: 5, limit: { times: 1, per: day }, max: 20, decay: { halfLife: 30d } }
      - { id: quiet, silent: any, for: 30d, pointsEach: -10, max: 50 }
  total: { sum: { fit: 1, interest: 0.5 }, range: [0, 100] }
  quadrant: { grid: [fit, interest] }
grades:
  fit: { A: 30, B: 0 }
  interest: { A: 5, B: -20 }
bands:
  total: { hot: 40, cold: 0 }
disqualify:
  - { id: rival, if: { email.domain: { is: rival.example } }, reason: "Competitor, of ours" }
stages:
  - { id: mql, enter: { score: { total: { atLeast: 40 } } } }
company:
  scores:
    interest: { rollUp: sum, of: interest, range: [0, 100] }
  bands:
    interest: { warm: 5, cold: 0 }
`;

export const contacts = `id,title,company_id,email,created_at
ana,Founder & CEO,k1,ana@harbour.example,2026-01-01
ben,Student,,,2026-03-01
cat,,,,
dan,CEO,,dan@Rival.example,
`;

export const companies = `id,employees
k1,250
k2,7
`;

export const events = `contact_id,name,at,path
ana,page_viewed,2026-06-30T08:00:00Z,/pricing
ana,page_viewed,2026-06-30T09:00:00Z,/Pricing/plans
ana,page_viewed,2026-05-31T10:00:00Z,/pricing
ana,page_viewed,2026-07-01T10:00:00Z,/pricing
`;

export const asOf = '2026-06-30T12:00:00Z';

/** The columns as they are promised, in their order. */
export const columns = [
  'id',
  ...['fit', 'fit_grade', 'interest', 'interest_grade', 'total', 'total_band', 'quadrant'],
  ...['stage', 'disqualified', 'next_change_at'],
];

/**
 * ana   fit 30 + 20.5, held to 50; interest 5 today and 5 × 0.5 thirty days ago; total 50 + 3.75. Tomorrow the decay steps.
 * ben   fit −10, held to 0; 121 days of silence since he came: 4 × −10, held to −20; total 0 − 10, held to 0. The fifth
 *       thirty days end on 29 July.
 * cat   nothing is known: no score.
 * dan   fit 30, and out; nothing of his ever changes by itself.
 */
export const scores = [
  ['ana', '50', 'A', '7.5', 'A', '53.75', 'hot', 'A1', 'mql', '', '2026-07-01T00:00:00.000Z'],
  ['ben', '0', 'B', '-20', 'B', '0', 'cold', 'B2', '', '', '2026-07-29T00:00:00.000Z'],
  ['cat', '', '', '', '', '', '', '', '', '', ''],
  ['dan', '30', 'A', '0', 'B', '30', 'cold', 'A2', '', 'Competitor, of ours', ''],
];

export const companyScores = [
  ['k1', '7.5', 'warm'],
  ['k2', '', ''],
];

/** Points of every rule that gave any. */
export const reasons: Record<string, Record<string, number>> = {
  ana: { decides: 30, 'right-size': 20.5, pricing: 7.5 },
  ben: { student: -10, quiet: -40 },
  cat: {},
  dan: { decides: 30 },
};

export const rules = ['decides', 'right-size', 'student', 'pricing', 'quiet'];
