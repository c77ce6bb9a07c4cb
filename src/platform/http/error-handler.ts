import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorObject } from 'ajv';
import { isLockTimeout, isUnavailable, postgresError } from '../db/constraints.ts';
import { Problem, platformErrors } from '../errors.ts';
import { toViolations } from './validation.ts';

const EMPTY_OBJECT = 'Where every field may be left out, `{}` will do.';

/** The refusal that an error amounts to. What is unknown becomes `internal_error`, with nothing of its message. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, validation, validationContext, statusCode } = error as FastifyError & {
    validation?: ErrorObject[];
  };
  if (validation) {
    const part = validationContext ?? 'body';
    const isNoObject =
      part === 'body' &&
      validation.some(({ instancePath, keyword }) => instancePath === '' && keyword === 'type');
    const detail = isNoObject
      ? `The body has to be a JSON object. ${EMPTY_OBJECT}`
      : 'One or more values do not fit the schema.';
    return platformErrors.validation_failed(detail, { violations: toViolations(validation, part) });
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return platformErrors.body_too_large();
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return platformErrors.unsupported_media_type();
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY')
    return platformErrors.malformed_request(`The body is empty. ${EMPTY_OBJECT}`);
  // Every other 4xx of Fastify or of its JSON parser is about how the request is written.
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return platformErrors.malformed_request(
      'The request could not be read: its JSON or its headers are broken.',
    );
  }
  if (isLockTimeout(error))
    return platformErrors.version_conflict('Another request holds the resource; try again.');
  // 22021, 22P05: text that the database's encoding does not have; 22003: a number beyond the column.
  const sqlState = postgresError(error)?.code ?? '';
  if (['22021', '22P05', '22003', '22007', '22008', '22P02'].includes(sqlState)) {
    return platformErrors.malformed_request('A value cannot be stored.', { cause: error });
  }
  if (isUnavailable(error)) {
    return platformErrors.overloaded('The database is not available; try again.', {
      cause: error,
      headers: { 'retry-after': '1' },
    });
  }
  return platformErrors.internal_error(undefined, { cause: error });
}

/** The body of a problem+json answer. */
export const problemBody = (problem: Problem, requestId: string) => ({
  type: `/errors#${problem.definition.code}`,
  title: problem.definition.title,
  status: problem.definition.status,
  detail: problem.detail,
  code: problem.definition.code,
  requestId,
  errors: problem.violations,
  ...problem.extra,
});

export const PROBLEM_JSON = 'application/problem+json; charset=utf-8';

/** Answers any error as problem+json. */
export function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error);
  // A refusal under load is no fault, and thousands of them a second would be written down.
  const isFault =
    problem.definition.status >= 500 && !(error instanceof Problem && problem.cause === undefined);
  if (isFault) request.log.error({ err: problem.cause ?? error }, 'request failed');
  return reply
    .code(problem.definition.status)
    .headers(problem.headers)
    .header('cache-control', 'no-store')
    .type(PROBLEM_JSON)
    .send(JSON.stringify(problemBody(problem, request.id)));
}
