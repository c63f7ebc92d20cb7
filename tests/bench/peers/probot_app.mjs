// The job of the service bench as a Probot app: verify, read two answers of the form, set their labels, comment once.
//
// Settings by environment: PORT, API_URL, APP_ID, PRIVATE_KEY_PATH, WEBHOOK_SECRET, JOB (a JSON file with `labels`, by
// question and option, and `comment`), THROTTLE=off to switch Probot's pacing off (documented by its throttling plugin).
import { readFileSync } from "node:fs";
import { Probot, ProbotOctokit, Server } from "probot";

const env = process.env;
const job = JSON.parse(readFileSync(env.JOB, "utf8"));

function answers(body) {
  const found = new Map();
  for (const section of (body ?? "").split(/^### /m).slice(1)) {
    const [question, ...rest] = section.split("\n");
    found.set(question.trim(), rest.join("\n").trim());
  }
  return found;
}

function labels(body) {
  const given = answers(body);
  return Object.entries(job.labels).flatMap(([question, options]) => options[given.get(question)] ?? []);
}

function app(probot) {
  probot.on("issues.opened", async (context) => {
    await context.octokit.rest.issues.addLabels(context.issue({ labels: labels(context.payload.issue.body) }));
    await context.octokit.rest.issues.createComment(context.issue({ body: job.comment }));
  });
}

// Probot hands its own options to each instance after the class's, so that only a function has the last word.
const Unpaced = ProbotOctokit.defaults((options) => ({ ...options, throttle: { ...options.throttle, enabled: false } }));

const server = new Server({
  host: "127.0.0.1",
  port: Number(env.PORT),
  webhookPath: "/webhooks/github",
  Probot: Probot.defaults({
    appId: env.APP_ID,
    privateKey: readFileSync(env.PRIVATE_KEY_PATH, "utf8"),
    secret: env.WEBHOOK_SECRET,
    baseUrl: env.API_URL,
    Octokit: env.THROTTLE === "off" ? Unpaced : ProbotOctokit,
  }),
});
await server.load(app);
await server.start();
