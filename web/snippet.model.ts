/** What is pasted elsewhere so that events come here. */

/** Where a key stands until there is one. */
export const KEY = 'slk_…';

export const snippets = ['page', 'segment', 'rudderstack', 'curl'] as const;
export type SnippetKind = (typeof snippets)[number];

/**
 * @param address of this service, without a slash at its end
 * @param key with the scope `ingest`; it may stand in a page
 */
export function snippet(kind: SnippetKind, address: string, key: string): string {
  switch (kind) {
    case 'page':
      return `<script async src="${address}/t.js" data-key="${key}"></script>`;
    case 'segment':
      return [
        "import { Analytics } from '@segment/analytics-node';",
        '',
        `const analytics = new Analytics({ writeKey: '${key}', host: '${address}' });`,
        "analytics.track({ userId: 'user-17', event: 'demo_requested' });",
      ].join('\n');
    case 'rudderstack':
      return [
        "import Analytics from '@rudderstack/rudder-sdk-node';",
        '',
        `const analytics = new Analytics('${key}', { dataPlaneUrl: '${address}' });`,
        "analytics.track({ userId: 'user-17', event: 'demo_requested' });",
      ].join('\n');
    case 'curl':
      return [
        `curl ${address}/v1/track -u '${key}:' -H 'content-type: application/json' \\`,
        `  -d '{"userId": "user-17", "event": "demo_requested", "messageId": "1"}'`,
      ].join('\n');
  }
}
