/** Puts an entry into a map of so many at most. The oldest makes room: what it held is found again where it came from. */
export function putBounded<K, V>(map: Map<K, V>, most: number, key: K, value: V): void {
  map.delete(key);
  for (const oldest of map.keys()) {
    if (map.size < most) break;
    map.delete(oldest);
  }
  map.set(key, value);
}
