import t, { type Test } from 'tap';
import { settleEvents } from '../../src/jobs.ts';
import { newId } from '../../src/platform/ids.ts';
import { type Answer, startApp, type TestShop } from '../support/app.ts';
import { makeActivity, STAMPS, TIN } from '../support/activities-world.ts';
import { makeCampaign, makeProgramme } from '../support/campaigns-world.ts';
import { makeCard } from '../support/cards-world.ts';
import { makeCouponDefinition } from '../support/coupons-world.ts';
import { makeGiftGrant, makeMember, requestPoints } from '../support/loyalty-world.ts';
import { makeServiceTime } from '../support/segments-world.ts';
import { fingerprint, idsOf } from '../support/snapshot.ts';
import { type Prepared, prepare, prepareForCustomer } from '../support/recipes.ts';
import {
  makeValueCoupon,
  makeCustomer,
  makeOrder,
  makePaidOrder,
  makeProduct,
  must,
  pay,
  tokenOf,
} from '../support/world.ts';
import { type Described, bodyOf, readDocument, takes } from './document.ts';
import { ask, exampleOf } from './request.ts';

// What another shop, or another customer, owns reads like what does not exist: the same status, the same headers, the
// same bytes. Every operation of the document is tried, with ids in its path, its query and its body.

const app = await startApp(t);
const other = await app.createShop({ name: 'Another shop' });
const published = await readDocument(app);
const operations = published.operations.filter((op) => op.security.length > 0);

const owner = await makeCustomer(app, {
  country: 'DE',
  contactPoints: [{ kind: 'email', value: 'owner@shop.example' }],
});
const neighbour = await makeCustomer(app);
const ownerToken = await tokenOf(app, owner.id);
const neighbourToken = await tokenOf(app, neighbour.id);
const foreigner = await makeCustomer(other);
await makePaidOrder(other);

/** The shop, in which every order and every named card is the owner's. */
const ofOwner: TestShop = {
  ...app,
  call: (target, options = {}) => {
    const isCard = target === 'POST /v1/cards' && (options.body as { kind: string }).kind === 'named';
    if (target !== 'POST /v1/orders' && !isCard) return app.call(target, options);
    const body = {
      customerId: owner.id,
      ...(options.body as object),
      ...(isCard && { customerId: owner.id }),
    };
    return app.call(target, { ...options, body });
  },
};
const prepareOwned = (op: Described) => prepare(ofOwner, app, op.operationId, exampleOf(op));
// Some operations need another state when the customer calls them: only one side has the turn.
const prepareOwn = (op: Described) =>
  prepareForCustomer(ofOwner, app, op.operationId, exampleOf(op)) ?? prepareOwned(op);
// What a customer has to send where the document's example is what staff sends.
const BODIES_OF_CUSTOMERS: Record<string, object> = {
  payOrder: { provider: 'simulator' },
  payRedemption: { provider: 'simulator' },
};
const asCustomer = (op: Described, prepared: Prepared): Prepared => {
  const body = BODIES_OF_CUSTOMERS[op.operationId];
  return body ? { ...prepared, body } : prepared;
};
const order = await makeOrder(ofOwner, { externalId: 'the-owners-order' });
await makeValueCoupon(ofOwner);
await makeCouponDefinition(app, { externalId: 'the-owners-order' });
await makeCampaign(app, { externalId: 'the-owners-order' });
await makeProgramme(app, { externalId: 'the-owners-order' });
await makeServiceTime(app, owner.id);
await makeCard(ofOwner, 'named');
await requestPoints(app, await makeMember(app, owner.id), app.secretKey);
await makeGiftGrant(app, owner.id);
await makeActivity(app, undefined, { externalId: 'the-owners-order' });
const { id: stamps } = await makeActivity(app, {
  ...STAMPS,
  steps: [{ key: 'card', at: 1, rewards: [TIN] }],
});
const { id: chai } = await makeProduct(app, { priceAmount: 50_000 });
const stamped = { customerId: owner.id, lines: [{ productId: chai, quantity: 1 }] };
await pay(app, (await must(app.call('POST /v1/orders', { body: stamped }))).id);
await settleEvents(app.deps);
await must(app.call(`POST /v1/activities/${stamps}/end`, { body: { reason: 'Enough.' } }));

/** What the shop's things are called where a list can be asked for them. */
const names: Record<string, string> = {
  customerId: owner.id,
  number: order.number,
  externalId: 'the-owners-order',
  contact: 'owner@shop.example',
};

// What tells kinds apart and names nothing that anybody owns.
const KINDS = new Set(['provider']);
// What any customer may do, each for themselves, with a thing that is everybody's.
const OPEN_TO_ALL = new Set([
  'joinActivityAsCustomer',
  'giveHelpAsCustomer',
  'drawOwnTicket',
  'listOwnDrawTickets',
  'claimOwnReferral',
  'getReferralOffer',
  'enterContestAsCustomer',
  'getContest',
  'getOwnContestEntry',
  'openOwnGiftDeposit',
  'getGiftDepositPlan',
]);
const NUMBER = /^\d+$/;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** The same request about things that are not there; `changes` counts the ids that were exchanged. */
function aboutNothing({ params, body, ...rest }: Prepared, query: Record<string, string>) {
  const others = new Map<string, string>();
  const other = (id: string) => {
    const made = others.get(id) ?? newId();
    others.set(id, made);
    return made;
  };
  const swap = (text: string) => text.replaceAll(UUID, other);
  // A number within a thing that has another id is a number.
  const unknown = (value: string) =>
    NUMBER.test(value) ? value : swap(value) === value ? `no${value}` : swap(value);
  const changed: Prepared = {
    ...rest,
    params: Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, KINDS.has(name) ? value : unknown(value)]),
    ),
    ...(body === undefined ? {} : { body: JSON.parse(swap(JSON.stringify(body))) as unknown }),
  };
  const changes = others.size;
  const filters = Object.entries(query).map(([name, value]) => [name, unknown(value)]);
  return { prepared: changed, changes, query: Object.fromEntries(filters) as Record<string, string> };
}

/** The ids that an answer shows although the request did not name them, and that the asker must not see. */
function shownBeyond(answer: Answer, sent: unknown, hidden: ReadonlySet<string>): string[] {
  const named = JSON.stringify(sent);
  return (JSON.stringify(answer.body).match(UUID) ?? []).filter(
    (id) => hidden.has(id) && !named.includes(id),
  );
}

/** An answer without what differs between any two requests. */
function plain({ status, body, headers }: Answer) {
  const { 'x-request-id': _id, date: _date, ...rest } = headers;
  const text = JSON.stringify(body)
    .replaceAll(/"requestId":"[^"]*"/g, '')
    .replaceAll(UUID, 'id');
  return { status, headers: rest, text };
}

interface Asker {
  readonly what: string;
  readonly as: string;
  /** What must not appear in any answer. */
  readonly hidden: ReadonlySet<string>;
}

async function cannotTell(
  t: Test,
  op: Described,
  prepared: Prepared,
  query: Record<string, string>,
  asker: Asker,
) {
  const nothing = aboutNothing(prepared, query);
  const answer = await ask(app, op, prepared, { as: asker.as, query });
  const unknown = await ask(app, op, nothing.prepared, { as: asker.as, query: nothing.query });
  const what = `${asker.what} ${JSON.stringify(query)}`;
  t.equal(published.findFault(op, answer), undefined, `${what}: as the document says`);
  const shown = shownBeyond(answer, [prepared, query], asker.hidden);
  t.strictSame(shown, [], `${what}: nothing is shown`);
  // What is made anew may stand in the way of the same again.
  if (answer.status === 201 && nothing.changes === 0) return { answer, changes: 0 };
  if (answer.status < 300) t.equal(answer.status, unknown.status, `${what}: ${answer.status}`);
  else t.strictSame(plain(answer), plain(unknown), `${what}: the same as for what is not there`);
  return { answer, changes: nothing.changes };
}

/** One request without a filter, and one for each filter by a thing of the shop. */
const queriesOf = (op: Described): Record<string, string>[] => [
  {},
  ...op.parameters
    .filter((parameter) => parameter.in === 'query' && names[parameter.name] !== undefined)
    .map(({ name }) => ({ [name]: names[name] ?? '' })),
];

/** Whether it is about one thing of a shop, whose id is in its path. */
const namesThing = (op: Described): boolean =>
  op.parameters.some(({ in: part, name }) => part === 'path' && name !== 'externalId' && !KINDS.has(name));

const foreigners: [kind: Parameters<typeof takes>[1], Omit<Asker, 'hidden'>][] = [
  ['secretKey', { what: "another shop's secret key", as: other.secretKey }],
  ['publishableKey', { what: "another shop's publishable key", as: other.publishableKey }],
  ['customerToken', { what: "another shop's customer", as: await tokenOf(other, foreigner.id) }],
];

for (const op of operations) {
  t.test(`another shop at ${op.operationId}`, async (t) => {
    const prepared = await prepareOwned(op);
    // Events only: jobs would look for the hosts of the examples' webhooks.
    await settleEvents(app.deps);
    const before = await fingerprint(app.deps.db, app.shopId);
    const hidden = await idsOf(app.deps.db, app.shopId);
    for (const [kind, stranger] of foreigners.filter(([taken]) => takes(op, taken))) {
      const asker = { ...stranger, hidden };
      const request = kind === 'customerToken' ? asCustomer(op, prepared) : prepared;
      for (const query of queriesOf(op)) {
        const { answer, changes } = await cannotTell(t, op, request, query, asker);
        if (namesThing(op)) t.equal(answer.status, 404, `${asker.what}: 404`);
        else if (changes > 0) t.ok([404, 422].includes(answer.status), `${asker.what}: ${answer.status}`);
        if (Object.keys(query).length > 0 && !namesThing(op))
          t.strictSame(answer.body.data, [], `${asker.what}: finds nothing`);
      }
    }
    t.strictSame(await fingerprint(app.deps.db, app.shopId), before, 'the shop is as it was');
  });
}

const ofOwners = async () => {
  const { body } = await app.call(`GET /v1/orders?limit=200&customerId=${owner.id}`);
  return new Set<string>([owner.id, ...body.data.map(({ id }: { id: string }) => id)]);
};
const neighbouring = { what: 'another customer', as: neighbourToken };

for (const op of operations.filter((candidate) => takes(candidate, 'customerToken'))) {
  t.test(`another customer at ${op.operationId}`, async (t) => {
    const given = asCustomer(op, await prepareOwn(op));
    const schema = published.resolve(bodyOf(op) ?? {});
    const namesCustomer = schema.properties?.['customerId'] !== undefined;
    // What front ends show to everybody is nobody's.
    const isPublic = takes(op, 'publishableKey');
    const isOpen = isPublic || OPEN_TO_ALL.has(op.operationId);
    const isPrivate = op.parameters.some(({ in: part }) => part === 'path') && !isOpen;
    const bodies = namesCustomer
      ? [given.body, { ...(given.body as object), customerId: owner.id }]
      : [given.body];
    const asker = { ...neighbouring, hidden: await ofOwners() };
    for (const body of bodies) {
      const prepared = { ...given, body };
      for (const query of queriesOf(op)) {
        if (!isPrivate) {
          const answer = await ask(app, op, prepared, { as: asker.as, query });
          const shown = shownBeyond(answer, [prepared, query], asker.hidden);
          t.strictSame([published.findFault(op, answer), shown], [undefined, []], JSON.stringify(query));
        } else {
          const { answer } = await cannotTell(t, op, prepared, query, asker);
          t.equal(answer.status, 404, '404');
        }
      }
    }
    if (!isPrivate) return;
    const own = await ask(app, op, given, { as: ownerToken });
    t.ok(own.status < 300, `the owner may: ${own.status} ${JSON.stringify(own.body).slice(0, 200)}`);
  });
}

t.test('what the others cannot find is there', async (t) => {
  // What is about one thing is found, or not, with that.
  for (const op of operations.filter((one) => !namesThing(one))) {
    for (const query of queriesOf(op).filter((candidate) => Object.keys(candidate).length > 0)) {
      const answer = await ask(app, op, { params: {} }, { as: app.secretKey, query });
      t.ok(answer.body.data.length > 0, `${op.operationId} ${JSON.stringify(query)}`);
    }
  }
  t.equal((await idsOf(app.deps.db, app.shopId)).has(order.id), true);
});
