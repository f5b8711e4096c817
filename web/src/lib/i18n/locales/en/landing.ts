export const landing = {
  pageTitle: "Kuma, your own AI assistant",
  signIn: "Sign in",
  signUp: "Create account",
  setUp: "Set up Kuma",
  title: "An assistant that is yours.",
  lead: "Kuma runs on your own machine or server, with the model you choose. Your conversations stay in your database, and the page you are looking at talks to nobody else.",
  preview: {
    label: "A conversation in Kuma",
    question: "Why don't bears lose their muscles over the winter?",
    answer1: "They hardly waste any protein. A hibernating bear recycles it:",
    point1: "Urea is not passed but broken down, and its nitrogen is built into new protein.",
    point2: "Fat pays for the energy, so the muscles need not.",
    point3: "The heart falls to around ten beats a minute, so little is needed.",
    answer2:
      "A person in bed for five months would lose a good part of their strength; a bear gets up and walks away.",
    composer: "Ask anything",
    model: "Your model",
  },
  points: {
    modelsTitle: "Any model",
    models:
      "Bring a key for OpenAI, Anthropic or Gemini, point it at Ollama, or at any server that speaks the OpenAI protocol. Change your mind whenever you like.",
    safeTitle: "Answers that don't get lost",
    safe: "Reload, close the laptop, lose the network: the answer goes on being written and is there, whole, when you come back.",
    lightTitle: "One program, one command",
    light:
      "No containers, no accounts elsewhere, nothing to assemble. It starts in a blink and keeps its data in one folder.",
  },
  todayTitle: "What it is like to use",
  today: {
    cite: "Drop in documents, and get answers that open at the very passage",
    agents: "Agents that look things up, and ask before they change anything",
    memory: "It remembers what you tell it, and forgets when you say so",
    branch: "Edit a question or ask again, and keep both versions",
    render: "Code, tables, formulas and diagrams, drawn as they arrive",
    keyboard: "Everything by keyboard, or one-handed on a phone",
    team: "Separate accounts for everyone on the server",
    api: "An open API, also for programs that speak to OpenAI or over MCP",
  },
  closing: "Small, quiet, and on your side.",
  footer: {
    name: "Kuma",
    licence: "Apache-2.0",
    api: "API description",
  },
} as const;
