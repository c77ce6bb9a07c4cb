import { modules } from '../modules.ts';
import { platformInvariants } from '../platform/invariants.ts';
import { runCommand } from './command.ts';

// Checks, over the whole database, everything that must never be false and that SQL can say.
await runCommand(async ({ db }) => {
  for (const invariant of [...platformInvariants, ...modules.flatMap((module) => module.invariants ?? [])]) {
    const { broken, checked } = await invariant.check(db);
    console.log(
      `${broken === 0n ? 'holds ' : 'BROKEN'}  ${invariant.name}: ${broken} of ${checked} break it`,
    );
    if (broken > 0n) process.exitCode = 1;
  }
});
