// Validates CycloneDX files with the npm library's own schemas: node read_boms.mjs FOLDER. It prints how many files of each version passed.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";

const versions = { "cyclonedx.cdx.json": Spec.Version.v1dot6, "cyclonedx-1.7.cdx.json": Spec.Version.v1dot7 };
const passed = {};
for (const name of readdirSync(process.argv[2])) {
  const version = versions[name.replace(/^[0-9]+\./, "")];
  if (!version) continue;
  const text = readFileSync(join(process.argv[2], name), "utf8");
  const fault = await new Validation.JsonStrictValidator(version).validate(text);
  if (fault !== null) {
    console.error(name, JSON.stringify(fault).slice(0, 2000));
    process.exit(1);
  }
  passed[version] = (passed[version] ?? 0) + 1;
}
console.log(JSON.stringify(passed));
