import type { Module } from '../../platform/module.ts';
import { walletBookChecks } from './book-checks.ts';
import { cardBookChecks } from './cards/book-checks.ts';
import { cardErrors } from './cards/errors.ts';
import { cardEvents } from './cards/events.ts';
import { cardInvariants } from './cards/invariants.ts';
import { cardLoadRoutes } from './cards/load-routes.ts';
import { cardRoutes } from './cards/routes.ts';
import { cardLoadStates, cardStates, promisedGiftStates } from './cards/states.ts';
import { cardLoads } from './cards/tables.ts';
import { expireDueLoads } from './cards/take-load.ts';
import { walletErrors } from './errors.ts';
import { walletEvents } from './events.ts';
import { walletRoutes } from './routes.ts';
import { walletsSettings } from './settings.ts';

export const walletsModule: Module = {
  name: 'wallets',
  tags: {
    Wallets: "Customers' stored value: what they have, and what came in and left.",
    Cards:
      'Stored-value cards: named or for whoever has the code, with principal and bonus, top-ups, and what they pay back.',
  },
  routes(app) {
    walletRoutes(app);
    cardRoutes(app);
    cardLoadRoutes(app);
  },
  errors: { ...walletErrors, ...cardErrors },
  events: [...Object.values(walletEvents), ...Object.values(cardEvents)],
  settings: walletsSettings,
  sweeps: [{ name: 'wallets.expireCardLoads', due: cardLoads.dueAt, run: expireDueLoads }],
  invariants: [...walletBookChecks, ...cardBookChecks, ...cardInvariants],
  states: { Card: cardStates, CardLoad: cardLoadStates, PromisedGift: promisedGiftStates },
};
