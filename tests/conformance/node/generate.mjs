// Writes a JSON Schema for each alias of payloads.ts into the folder given as the only argument.
// Bit fields are enums in the typings and any integer on the wire, so they become integers here.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import TJS from "typescript-json-schema";

const [out] = process.argv.slice(2);
const source = fileURLToPath(new URL("payloads.ts", import.meta.url));
const program = TJS.getProgramFromFiles([source], {
  strict: true,
  strictNullChecks: true,
  skipLibCheck: true,
  esModuleInterop: true,
  module: "NodeNext",
  moduleResolution: "NodeNext",
});
const generator = TJS.buildGenerator(program, { required: true, strictNullChecks: true, ignoreErrors: true });

const FLAGS = new Set(["flags", "public_flags", "system_channel_flags"]);

function relax(node) {
  if (Array.isArray(node)) return node.map(relax);
  if (node === null || typeof node !== "object") return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, relax(value)]));
  for (const key of Object.keys(copy.properties ?? {})) {
    if (FLAGS.has(key)) copy.properties[key] = { type: "integer" };
  }
  for (const name of Object.keys(copy.definitions ?? {})) {
    if (/Flags(_\d+)?$/.test(name)) copy.definitions[name] = { type: "integer" };
  }
  return copy;
}

mkdirSync(out, { recursive: true });
for (const [, name] of readFileSync(source, "utf8").matchAll(/^export type (\w+)/gm)) {
  writeFileSync(join(out, `${name}.json`), JSON.stringify(relax(generator.getSchemaForSymbol(name))));
}
