// What is shown of a forecast: the weeks in order, what its trials say, and what is shown first.
import { expect, test } from 'vitest';
import type { AgreementVersion, ForecastAnswer } from './answers.ts';
import { barsOf, firstSubject, subjectOf, verdictOf, written } from './forecast.model.ts';

const tried = (cases: number, coverage: number | null, error = 1, sameError = 2): ForecastAnswer['backTest'] => ({
  weeksAhead: 4,
  cases,
  coverage,
  error,
  sameError,
});

test('the last weeks come before those to come', () => {
  const week = (day: number) => ({ from: `2026-01-0${day}`, until: `2026-01-0${day + 1}` });
  const forecast: ForecastAnswer = {
    source: 'moves',
    share: 0.8,
    history: [1, 2, 3].map((day) => ({ ...week(day), count: day })),
    ahead: [{ ...week(4), expected: 2, low: 1, high: 3 }],
    month: null,
    quarter: null,
    seasonal: false,
    backTest: tried(0, null),
    promise: null,
    sample: null,
  };
  expect(barsOf(forecast, (instant) => instant.slice(-1), 2)).toEqual([
    { name: '2', count: 2 },
    { name: '3', count: 3 },
    { name: '4', expected: 2, low: 1, high: 3 },
  ]);
  expect(barsOf({ ...forecast, ahead: null }, (instant) => instant, 9)).toHaveLength(3);
});

test('trials are judged by what the interval held, then by the error', () => {
  expect(verdictOf(tried(4, 1))).toBe('untried');
  expect(verdictOf(tried(0, null))).toBe('untried');
  expect(verdictOf(tried(20, 0.5))).toBe('narrow');
  expect(verdictOf(tried(20, 0.8, 3, 2))).toBe('worse');
  expect(verdictOf(tried(20, 0.95))).toBe('wide');
  expect(verdictOf(tried(20, 0.8))).toBe('good');
});

test('the address names an agreement or a stage; first comes what is in force', () => {
  expect(subjectOf('stage:sales: qualified')).toEqual({ kind: 'stage', name: 'sales: qualified' });
  expect(written({ kind: 'agreement', name: '7' })).toBe('agreement:7');
  expect([subjectOf('stage:'), subjectOf('person:3'), subjectOf(undefined)]).toEqual([null, null, null]);
  const version = (id: string, inForceFrom: string | null, inForceUntil: string | null): AgreementVersion => ({
    id,
    name: 'leads',
    version: Number(id),
    document: '',
    hash: '',
    proposedAt: '',
    proposedBy: '',
    inForceFrom,
    inForceUntil,
    signatures: [],
  });
  const versions = [version('3', null, null), version('2', '2026', null), version('1', '2025', '2026')];
  expect(firstSubject(versions, ['lead', 'mql'])).toEqual({ kind: 'agreement', name: '2' });
  expect(firstSubject([], ['lead', 'mql'])).toEqual({ kind: 'stage', name: 'mql' });
  expect(firstSubject([], [])).toBeNull();
});
