// The vendor's npm client, unmodified: one call after another, as its users make them.
"use strict";

const opsgenie = require("opsgenie-sdk");

const [host, key] = process.argv.slice(2);
opsgenie.configure({ host, api_key: key, maxAttempts: 1 });

const alias = { identifier: "event_npm", identifierType: "alias" };
const made = (name, ...words) =>
  new Promise((resolve) =>
    opsgenie.alertV2[name](...words, (error, said) => resolve(error ? { error } : said)),
  );
const settled = async (accepted) => (await made("getRequestStatus", accepted.requestId, {})).data;

async function main() {
  const said = {};
  said.created = await made(
    "create",
    {
      message: "disk full",
      alias: alias.identifier,
      responders: [{ name: "Platform", type: "team" }],
      tags: ["t"],
      details: { a: "b" },
      priority: "P2",
    },
    {},
  );
  said.status = await settled(said.created);
  said.shown = await made("get", alias, {});
  said.listed = await made("list", { query: "status=open", limit: 10 }, {});
  said.acknowledged = await made("acknowledge", alias, { note: "n", user: "u" }, {});
  said.noted = await made("addNote", alias, { note: "hello" }, {});
  said.notes = await made("listAlertNotes", alias, { limit: 5 }, {});
  said.closed = await made("close", alias, { note: "n" }, {});
  said.over = await made("get", alias, {});
  said.missing = await made("get", { identifier: "none", identifierType: "alias" }, {});
  process.stdout.write(JSON.stringify(said));
}

main();
