import fc from 'fast-check';
import t from 'tap';
import { createSealing } from '../../src/platform/sealing.ts';

const sealing = createSealing({ tokenSecret: 'a secret that only these tests know, 32+' });

t.test('what is sealed is opened again, in its place only', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), (text, here, there) => {
      const sealed = sealing.seal(text, here);
      if (text.length > 3 && sealed.includes(Buffer.from(text))) throw new Error('it can be read');
      if (sealing.open(sealed, here) !== text.toWellFormed()) throw new Error('it came back changed');
      if (here === there) return;
      let opened = true;
      try {
        sealing.open(sealed, there);
      } catch {
        opened = false;
      }
      if (opened) throw new Error('it was opened elsewhere');
    }),
  );
  t.notSame(sealing.seal('same', 'here'), sealing.seal('same', 'here'), 'nothing tells equal secrets');
});

t.test('what was changed, or sealed by another secret, is not opened', async (t) => {
  const sealed = sealing.seal('sk_live_123', 'here');
  for (let i = 0; i < sealed.length; i += 1) {
    const changed = Buffer.from(sealed);
    changed[i] = (changed[i] ?? 0) ^ 1;
    t.throws(() => sealing.open(changed, 'here'), `byte ${i}`);
  }
  t.throws(() => sealing.open(sealed.subarray(0, 20), 'here'));
  const other = createSealing({ tokenSecret: 'another secret, 32 characters or more' });
  t.throws(() => other.open(sealed, 'here'));
});
