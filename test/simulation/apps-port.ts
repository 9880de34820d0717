import type { ProtectedMembers } from '../../functions/workflows/ports.ts';
import type { FunctionProcess } from './function-process.ts';
import type { World } from './world.ts';

/** The app rows as the reconciler writes them: each method is one request from that process to the table. */
export function appsPort(process: FunctionProcess, { table }: World): ProtectedMembers {
  return {
    protect: (appId, members) =>
      process.call({
        port: 'apps',
        method: 'protect',
        detail: members.join(' '),
        legMs: [1, 20],
        effect: () => {
          const app = table.apps.get(appId);
          if (!app) return { answer: false };
          const protectedMembers = [...new Set([...app.protectedMembers, ...members])];
          table.apps.set(appId, { ...app, protectedMembers });
          return { answer: true };
        },
      }),
  };
}
