import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { ref, uuid } from '../../platform/http/schema.ts';
import {
  Announcement,
  AnnouncementCreate,
  AnnouncementPage,
  AnnouncementUpdate,
  AudienceName,
  channelQuery,
  presentAnnouncement,
  presentPublicAnnouncement,
  PublicAnnouncementPage,
} from './announcement-schemas.ts';
import {
  createAnnouncement,
  deleteAnnouncement,
  readAnnouncement,
  readAnnouncements,
  readPublicAnnouncements,
  updateAnnouncement,
} from './announcements.ts';
import { calendarErrors as e } from './errors.ts';

const tag = 'Announcements';
const params = Type.Object({ announcementId: uuid('The announcement.') });
const example = { params: { announcementId: '01890a5d-ac96-774b-bcce-b302099a8057' } };
const whole = { statuses: [200] as const, schema: Announcement, description: 'The announcement.' };
const texts = [
  { language: 'en', title: 'Closed for Spring Festival', body: 'We ship again on 12 February.' },
  { language: 'zh-CN', title: '春节放假', body: '2月12日恢复发货。' },
];

export function announcementRoutes(app: FastifyInstance): void {
  publicRoute(app);
  readRoutes(app);
  writeRoutes(app);
  deleteRoute(app);
}

function publicRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listPublicAnnouncements',
    method: 'GET',
    path: '/v1/public-announcements',
    tag,
    summary: 'List what everybody may read now',
    description: 'The announcements to the public that are shown at this moment, the newest first.',
    access: { secret: 'calendar:read', publishable: true, customer: true },
    query: Type.Object({ ...pageQuery, channel: channelQuery }),
    success: { statuses: [200], schema: PublicAnnouncementPage, description: 'A page of announcements.' },
    errors: [],
    example: { query: { limit: 10, channel: 'web' } },
    run: (ctx, { query }) => readPublicAnnouncements(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentPublicAnnouncement), nextCursor }),
  });
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listAnnouncements',
    method: 'GET',
    path: '/v1/announcements',
    tag,
    summary: 'List announcements',
    description: 'Also those that are over or have still to come, the newest first.',
    access: { secret: 'calendar:read' },
    query: Type.Object({ ...pageQuery, audience: Type.Optional(ref(AudienceName)), channel: channelQuery }),
    success: { statuses: [200], schema: AnnouncementPage, description: 'A page of announcements.' },
    errors: [],
    example: { query: { limit: 20, audience: 'staff' } },
    run: (ctx, { query }) => readAnnouncements(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentAnnouncement), nextCursor }),
  });

  operation(app, {
    operationId: 'getAnnouncement',
    method: 'GET',
    path: '/v1/announcements/{announcementId}',
    tag,
    summary: 'Read an announcement',
    description: 'In all its languages.',
    access: { secret: 'calendar:read' },
    params,
    success: whole,
    errors: [],
    example,
    run: (ctx, input) => readAnnouncement(ctx, input.params.announcementId),
    present: presentAnnouncement,
  });
}

function writeRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createAnnouncement',
    method: 'POST',
    path: '/v1/announcements',
    tag,
    summary: 'Write an announcement',
    description:
      'To everybody or to staff, in as many languages as wanted, for a time and on one channel or on all of them.',
    access: { secret: 'calendar:write' },
    body: AnnouncementCreate,
    success: { ...whole, statuses: [201] },
    errors: [e.announcement_inconsistent],
    example: {
      body: {
        audience: 'public',
        texts,
        visibleFrom: '2027-01-25T00:00:00Z',
        visibleUntil: '2027-02-12T00:00:00Z',
      },
    },
    run: (ctx, { body }) => createAnnouncement(ctx, body),
    present: presentAnnouncement,
  });

  operation(app, {
    operationId: 'updateAnnouncement',
    method: 'PATCH',
    path: '/v1/announcements/{announcementId}',
    tag,
    summary: 'Change an announcement',
    description: 'JSON merge patch; the texts are replaced as a whole.',
    access: { secret: 'calendar:write' },
    versioned: true,
    params,
    body: AnnouncementUpdate,
    success: whole,
    errors: [e.announcement_inconsistent],
    example: { ...example, body: { channel: 'douyin', visibleUntil: null } },
    run: (ctx, input) => updateAnnouncement(ctx, input.params.announcementId, input.body),
    present: presentAnnouncement,
  });
}

function deleteRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'deleteAnnouncement',
    method: 'DELETE',
    path: '/v1/announcements/{announcementId}',
    tag,
    summary: 'Delete an announcement',
    description: 'For good. Answers with the announcement as it was.',
    access: { secret: 'calendar:write' },
    versioned: true,
    params,
    success: whole,
    errors: [],
    example,
    run: (ctx, input) => deleteAnnouncement(ctx, input.params.announcementId),
    present: presentAnnouncement,
  });
}
