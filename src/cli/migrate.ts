import { readConfig } from '../platform/config.ts';
import { migrateDatabase } from '../platform/db/migrate.ts';
import { layFoundation } from '../process.ts';

// Brings the database to the newest schema. The server does the same when it starts.
const foundation = await layFoundation(readConfig());
await migrateDatabase(foundation.connectionString, foundation.log);
await foundation.close();
console.log('The database is at the newest schema.');
