import { describe, expect, it } from '@jest/globals';
import { preferredType } from './accept.js';

const TYPES = ['application/json', 'text/csv', 'application/x-ndjson'] as const;

describe('the type that a client prefers', () => {
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['text/csv', 'text/csv'],
    ['text/csv;q=0.1, application/json', 'application/json'],
    ['application/json;q=0.5,text/csv;q=0.8', 'text/csv'],
    ['text/csv, */*', 'text/csv'],
    ['text/*', 'text/csv'],
    ['application/*;q=0.2, text/csv;q=0.1', 'application/json'],
    ['application/json;q=0, */*', 'text/csv'],
    ['text/csv, application/json', 'text/csv'],
    ['application/json, text/csv', 'application/json'],
    ['TEXT/CSV; header=present; Q=1', 'text/csv'],
    ['text/csv;q=2', null],
    ['text/csv;q=x', null],
    ['text/html', null],
    ['', null],
  ])('by `Accept: %s` is %s', (accept, type) => {
    expect(preferredType(accept, TYPES)).toBe(type);
  });
});
