import { type Logger, pino } from 'pino';

export type { Logger };

/** The process's log: JSON lines on standard output, with credentials and personal data blacked out. */
export const createLogger = (level: string): Logger =>
  pino({
    level,
    redact: {
      paths: [
        'req.headers.authorization',
        'req.headers.cookie',
        'headers.authorization',
        '*.password',
        '*.secret',
        '*.token',
        '*.email',
        '*.phone',
      ],
      censor: '[redacted]',
    },
  });
