/** The model of the made-up year, the version that serves from its middle on, and the agreement. */

export const MODEL = `
model: b2b
scores:
  fit:
    range: [0, 100]
    rules:
      - { id: decides, if: { title: { mentions: [ceo] } }, points: 30 }
      - { id: large, if: { company.employees: { atLeast: 100 } }, points: 20 }
  interest:
    range: [0, 100]
    rules:
      - { id: demo, on: demo_asked, points: 40 }
      - { id: pages, on: page_viewed, pointsEach: 5, max: 30, decay: { steps: { 5d: 50%, 12d: 0% } } }
      - { id: paper, on: content_downloaded, points: 10, within: 10d }
  total: { sum: { fit: 1, interest: 1 }, range: [0, 200] }
bands: { total: { hot: 90, warm: 50, cold: 0 } }
disqualify: [ { id: rival, if: { title: { is: rival } }, reason: Competitor } ]
stages:
  - { id: lead, enter: { score: { total: { atLeast: 0 } } } }
  - { id: mql, enter: { score: { total: { atLeast: 50 } } }, leave: { score: { total: { lessThan: 50 } } } }
  - { id: sql, enter: { score: { total: { atLeast: 90 } } }, leave: { score: { total: { lessThan: 90 } } } }
`;

/** What serves from the middle of the year on. */
export const NEXT_MODEL = MODEL.replace('points: 10, within', 'points: 25, within').replace('points: 20', 'points: 15');

export const AGREEMENT = `
agreement: leads
model: b2b
definition: { stage: mql, require: [phone], qualifiers: { demographic: { company.employees: { atLeast: 20 } } } }
marketing: { deliver: 1d }
sales:
  firstContact: { within: 30m, never: 1d }
  touches: { call: 2, email: 1, within: 2w }
  answer: 2d
  remind: 10m
  escalate: 1h
  reassign: 4h
`;
