/** A schema that has a name. */
type Named = { readonly $id?: string };

/**
 * Keeps the components for Fastify, which asks for all of them twice for each route. Its own bucket makes a new object of all of them
 * every time: with as many routes and components as these, that is a third of the time in which the routes are registered.
 */
export function createSchemaBucket(inherited: Readonly<Record<string, Named>> = {}) {
  const kept: Record<string, Named> = { ...inherited };
  let all: Record<string, Named> | undefined;
  return {
    // A copy: what is written here is shared by all servers of a process.
    add: (schema: Named) => {
      const { $id } = schema;
      if ($id === undefined || $id in kept)
        throw new Error(`a component needs a name of its own, not ${$id}`);
      kept[$id] = JSON.parse(JSON.stringify(schema)) as Named;
      all = undefined;
    },
    getSchema: (id: string) => kept[id],
    getSchemas: () => (all ??= { ...kept }),
  };
}
