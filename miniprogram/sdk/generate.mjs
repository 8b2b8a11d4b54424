// Writes src/api.ts, the types of the service's answers, from openapi.yaml. `generate()` gives the text, for the test that compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const document = new URL('../../openapi.yaml', import.meta.url)
const output = new URL('src/api.ts', import.meta.url)

// What the SDK hands to pages, and under which name.
const answers = {
  UserInfo: 'UserInfo',
  Menu: 'Menu',
  ListedSession: 'ListedSession',
  Export: 'ExportedData',
  ExportedUser: 'ExportedUser',
  ExportedBinding: 'ExportedBinding',
  ExportedSession: 'ExportedSession',
  Login: 'LoginAnswer',
  CurrentUser: 'CurrentUserAnswer',
  Unbound: 'UnboundAnswer',
  SessionList: 'SessionListAnswer',
  PhoneSet: 'PhoneSetAnswer',
  Done: 'DoneAnswer',
  DelayedFailure: 'FailureAnswer',
}

/** generate gives the text of src/api.ts. */
export function generate() {
  const { schemas } = parse(readFileSync(document, 'utf8')).components
  const errors = Object.values(schemas).flatMap(errorsOf)
  const parts = [
    '// Generated from openapi.yaml by `node generate.mjs`. Do not edit.',
    union('ErrorName', 'The stable names of failures. openapi.yaml says what each means.', [...new Set(errors)].sort()),
    union('Action', schemas.Failure.properties.action.description, schemas.Failure.properties.action.enum),
    union('Way', schemas.Unbound.properties.ways.description, schemas.Unbound.properties.ways.items.enum),
  ]
  for (const [schema, name] of Object.entries(answers)) parts.push(interfaceOf(name, schemas[schema], schemas))
  return parts.join('\n\n') + '\n'
}

/** errorsOf gives the names that a family of failures lists. */
const errorsOf = schema => (schema.allOf ?? []).flatMap(part => part.properties?.error?.enum ?? [])

const union = (name, description, values) =>
  `${comment(description)}export type ${name} =\n${values.map(value => `  | ${literal(value)}`).join('\n')}`

function interfaceOf(name, schema, schemas) {
  const parts = schema.allOf ? schema.allOf.map(part => resolve(part, schemas)) : [schema]
  const required = schema.allOf ? resolve(schema.allOf[0], schemas).required : schema.required
  const fields = Object.entries(Object.assign({}, ...parts.map(part => part.properties)))
  const lines = fields.map(([field, type]) => {
    const mark = required?.includes(field) ? '' : '?'
    return comment(resolve(type, schemas).description, '  ') + `  ${field}${mark}: ${typeOf(type, schemas, name, field)}`
  })
  return `${comment(schema.allOf ? '' : schema.description)}export interface ${name} {\n${lines.join('\n')}\n}`
}

function typeOf(schema, schemas, owner, field) {
  if (owner === 'FailureAnswer' && field === 'error') return 'ErrorName'
  if (owner === 'FailureAnswer' && field === 'action') return 'Action'
  if (owner === 'UnboundAnswer' && field === 'ways') return 'Way[]'
  if (schema.$ref) {
    const name = schema.$ref.split('/').pop()
    return answers[name] ?? typeOf(schemas[name], schemas, owner, field)
  }
  if ('const' in schema) return literal(schema.const)
  if (schema.enum) return schema.enum.map(literal).join(' | ')
  if (schema.type === 'array') return `${typeOf(schema.items, schemas, owner, field)}[]`
  if (schema.type === 'integer') return 'number'
  if (schema.type === 'string' || schema.type === 'boolean') return schema.type
  throw new Error(`no TypeScript for ${owner}.${field}`)
}

const resolve = (schema, schemas) => (schema.$ref ? schemas[schema.$ref.split('/').pop()] : schema)

const literal = value => (typeof value === 'string' ? `'${value}'` : String(value))

const comment = (text, indent = '') => (text ? `${indent}/** ${text.trim().replace(/\s*\n\s*/g, ' ')} */\n` : '')

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(output, generate())
