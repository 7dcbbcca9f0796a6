// PagerDuty's npm client, unmodified: one call after another, as its users make them.
"use strict";

const { event, change } = require("@pagerduty/pdjs");

const [server, routing_key] = process.argv.slice(2);
const payload = { summary: "queue is stuck", source: "web-1", severity: "error" };

async function main() {
  const said = [];
  const send = async (data) => said.push((await event({ server, data })).data);
  await send({ routing_key, event_action: "trigger", dedup_key: "npm", payload });
  await send({ routing_key, event_action: "acknowledge", dedup_key: "npm" });
  await send({ routing_key, event_action: "resolve", dedup_key: "npm" });
  const deployed = { summary: "deployed", source: "ci", timestamp: "2026-01-01T00:00:00Z" };
  said.push((await change({ server, data: { routing_key, payload: deployed } })).data);
  console.log(JSON.stringify(said));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
