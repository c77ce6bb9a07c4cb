import { Type } from '@sinclair/typebox';
import { defineSettings } from '../../platform/shops/settings.ts';

export const activitySettings = defineSettings(
  'activities',
  Type.Object({
    sharingForbiddenChannels: Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,39}$' }), {
      maxItems: 50,
      uniqueItems: true,
      default: ['wechat'],
      description:
        'Channels that forbid to share for rewards, likes or help: what is passed on for them is off there.',
    }),
  }),
);
