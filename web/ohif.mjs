// Brings the full reader, OHIF, into public/ohif, from where the build takes it along. Its package
// lists what it was built from, hundreds of packages that its finished files hold already; so only
// the package itself is fetched, of exactly this version, and checked.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const VERSION = "3.13.2";
const SHA512 =
  "WZdxmpmG7rqFgW9ZJLcbgr3XCtLi1KDNPoMaeY5PPe6j4G4fjEjjkycZM6C6Zk2F87BKxFfpq+jd5xXZB9E8EA==";
const PLACE = join(dirname(fileURLToPath(import.meta.url)), "public", "ohif");
const MOUNT = `/ohif/${VERSION}/assets/`;
// Models and slides are not read in it; maps are for its authors. Its service worker reaches for
// another site and ends every other one of ours, and google.js is another's sign-in.
const LEFT_OUT =
  /^(ort|dicom-microscopy-viewer)(\/|$)|\.map$|^(sw|init-service-worker|google|app-config)\.js$/;

/** Rewrite what OHIF addresses from the root of a site of its own. */
function moved(name, text) {
  if (name === "index.html") {
    return text
      .replace(/<script>console\.time.*?<\/script>/, "")
      .replace(/<script[^>]*init-service-worker\.js"><\/script>/, "")
      .replace(/<link rel="(manifest|apple-touch[^"]*|yandex[^"]*)"[^>]*>/g, "")
      .replace(/<meta name="msapplication[^>]*>/g, "")
      .replace('src="/app-config.js"', 'src="app-config.js"')
      .replace(/(src|href)="\//g, `$1="${MOUNT}`)
      .replace('window.PUBLIC_URL="/"', `window.PUBLIC_URL="${MOUNT}"`);
  }
  if (name.endsWith(".css")) return text.replaceAll("url(/", `url(${MOUNT}`);
  return text
    .replaceAll('__webpack_require__.p = "/"', `__webpack_require__.p = "${MOUNT}"`)
    .replaceAll('.p="/"', `.p="${MOUNT}"`);
}

/** Fetch the package by npm, check it, and unpack it into a folder. */
function fetched(folder) {
  const npm = process.env.npm_execpath;
  if (!npm) throw new Error("run this by npm");
  const said = ["pack", `@ohif/app@${VERSION}`, "--silent", "--pack-destination", folder];
  const ran = spawnSync(process.execPath, [npm, ...said], { encoding: "utf8" });
  if (ran.status !== 0) throw new Error(ran.stderr.trim() || "npm pack failed");
  const file = join(folder, ran.stdout.trim());
  const hash = createHash("sha512").update(readFileSync(file)).digest("base64");
  if (hash !== SHA512) throw new Error("the package is another than the one that was checked");
  createRequire(npm)("tar").x({ file, cwd: folder, sync: true });
  return join(folder, "package", "dist");
}

function install() {
  const work = mkdtempSync(join(tmpdir(), "ohif-"));
  try {
    const dist = fetched(work);
    const ready = join(work, "ready");
    const assets = join(ready, VERSION, "assets");
    const filter = (path) => !LEFT_OUT.test(relative(dist, path).replaceAll("\\", "/"));
    cpSync(dist, assets, { recursive: true, filter });
    for (const name of readdirSync(assets)) {
      if (!/\.(js|css|html)$/.test(name)) continue;
      const path = join(assets, name);
      writeFileSync(path, moved(name, readFileSync(path, "utf8")));
    }
    renameSync(join(assets, "index.html"), join(ready, "index.html"));
    rmSync(PLACE, { recursive: true, force: true });
    mkdirSync(dirname(PLACE), { recursive: true });
    cpSync(ready, PLACE, { recursive: true });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (!existsSync(join(PLACE, VERSION, "assets"))) {
  try {
    install();
  } catch (error) {
    // Everything else works without it, and its page says what is missing.
    console.warn(`The full reader was not installed: ${error.message}`);
  }
}
