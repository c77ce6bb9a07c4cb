import { defineConfig } from 'drizzle-kit';

// drizzle-kit writes its snapshots with JSON.stringify, which refuses the default of a bigint column such as 0n.
Object.assign(BigInt.prototype, {
  toJSON(this: bigint): number {
    return Number(this);
  },
});

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/**/tables.ts',
  out: './migrations',
});
