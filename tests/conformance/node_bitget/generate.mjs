// Writes a JSON Schema for each alias of payloads.ts into the folder given as the only argument.
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

// A definition's name is the whole path of the file that it stands in; its last word is enough.
const short = (name) => decodeURIComponent(name).replace(/^.*\)\./, "");

function shorten(node) {
  if (Array.isArray(node)) return node.map(shorten);
  if (node === null || typeof node !== "object") return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, shorten(value)]));
  if (typeof copy.$ref === "string") copy.$ref = `#/definitions/${short(copy.$ref.replace("#/definitions/", ""))}`;
  if (copy.definitions !== undefined) {
    copy.definitions = Object.fromEntries(
      Object.entries(copy.definitions).map(([name, schema]) => [name.replace(/^.*\)\./, ""), schema]),
    );
  }
  return copy;
}

mkdirSync(out, { recursive: true });
for (const [, name] of readFileSync(source, "utf8").matchAll(/^export type (\w+)/gm)) {
  writeFileSync(join(out, `${name}.json`), JSON.stringify(shorten(generator.getSchemaForSymbol(name))));
}
