/** The functions, each named as its folder under functions/. */
export type FunctionFolder = 'probe' | 'fan-out' | 'drift' | 'migrate' | 'operate'

/** The name that a function has in AWS: what deploys it and what invokes it agree by this. */
export const functionName = (stage: string, folder: FunctionFolder): string => `awareness-${stage}-${folder}`
