import { migrateDatabase } from '../platform/db/migrate.ts';
import { runCommand } from './command.ts';

// Brings the database to the newest schema. The server does the same when it starts.
await runCommand(async ({ directUrl, log }) => {
  await migrateDatabase(directUrl, log);
  console.log('The database is at the newest schema.');
});
