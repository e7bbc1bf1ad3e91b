/**
 * A plugin of Stryker's: leaves alone how the message of an error is worded. Tests hold on to what a message names,
 * and not to its words.
 */

/** The parts of a node of Babel's syntax tree that are looked at here. */
type Node = {
  readonly type: string
  readonly value?: unknown
  readonly callee?: { readonly name?: string }
}
type NodePath = {
  readonly node: Node
  readonly findParent: (isIt: (path: NodePath) => boolean) => NodePath | null
}

const isSentence = ({ type, value }: Node): boolean =>
  type === 'TemplateLiteral' || (type === 'StringLiteral' && String(value).includes(' '))

const makesError = ({ node }: NodePath): boolean =>
  node.type === 'NewExpression' && node.callee?.name?.endsWith('Error') === true

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'wording',
    value: {
      shouldIgnore: (path: NodePath): string | undefined =>
        isSentence(path.node) && path.findParent(makesError) !== null ? 'the wording of an error' : undefined,
    },
  },
]
