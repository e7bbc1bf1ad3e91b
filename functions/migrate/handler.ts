import { Logger } from '@aws-lambda-powertools/logger'
import { StackRequest } from '../../shared/contracts/stack-request.ts'
import { FUNCTIONS } from '../../shared/domain/functions.ts'
import { migratePorts } from '../runtime/migrate-ports.ts'
import { sendAnswer } from '../runtime/stack-answer.ts'
import { answerStack } from './answer-stack.ts'

const logger = new Logger({ serviceName: FUNCTIONS.migrate.service })

/**
 * CloudFormation's custom resource: the stack waits until the answer is at the request's ResponseURL, so
 * whatever goes wrong becomes an answer. What cannot even be sent is thrown, for the log.
 */
export async function handler(event: unknown): Promise<void> {
  const request = StackRequest.parse(event)
  const answer = await answerStack(migratePorts(process.env), request)
  logger.info('migrations', { request: request.RequestType, status: answer.Status, reason: answer.Reason })
  await sendAnswer(request.ResponseURL, answer)
}
