// Validates bills of materials: node read_boms.mjs FOLDER [SCHEMA]. CycloneDX by the npm library's own schemas, SPDX by the schema that is
// named. It prints how many files of each passed.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import Ajv from "ajv/dist/2020.js";

const [folder, schema] = process.argv.slice(2);
// Of one validator each: it compiles the schema when it is first asked.
const cyclonedx = (version) => {
  const validator = new Validation.JsonStrictValidator(version);
  return (text) => validator.validate(text);
};
const checks = {
  "cyclonedx.cdx.json": ["npm's schema of 1.6", cyclonedx(Spec.Version.v1dot6)],
  "cyclonedx-1.7.cdx.json": ["npm's schema of 1.7", cyclonedx(Spec.Version.v1dot7)],
};
if (schema) {
  const validate = new Ajv.default({ strict: false }).compile(JSON.parse(readFileSync(schema, "utf8")));
  checks["spdx.spdx3.json"] = ["SPDX's schema by ajv", async (text) => (validate(JSON.parse(text)) ? null : validate.errors)];
}
const passed = {};
for (const name of readdirSync(folder)) {
  const [what, check] = checks[name.replace(/^[0-9]+\./, "")] ?? [];
  if (!check) continue;
  const fault = await check(readFileSync(join(folder, name), "utf8"));
  if (fault !== null) {
    console.error(name, JSON.stringify(fault).slice(0, 2000));
    process.exit(1);
  }
  passed[what] = (passed[what] ?? 0) + 1;
}
console.log(JSON.stringify(passed));
