/** A diagram that is not drawn because of what it would fetch, or run when it is clicked. */
export class DiagramRefused extends Error {
  constructor() {
    super("a picture or a menu in the diagram");
    this.name = "DiagramRefused";
  }
}

/** The parts of parsed diagrams that can name such: a flowchart's nodes, a sequence diagram's participants. */
interface Parsed {
  getVertices?: () => ReadonlyMap<string, { img?: string | undefined }>;
  getActors?: () => ReadonlyMap<string, { properties?: { icon?: unknown }; links?: object }>;
}

/**
 * Whether drawing this would fetch a picture, or make a menu of links, which mermaid opens by a handler in the page. Asked
 * of what mermaid understood and not of the source, which can spell the same in many ways.
 */
export function isRefused(diagram: object): boolean {
  const parsed = diagram as Parsed;
  const nodes = [...(parsed.getVertices?.().values() ?? [])];
  const participants = [...(parsed.getActors?.().values() ?? [])];
  return (
    nodes.some((node) => Boolean(node.img)) ||
    participants.some(
      ({ properties, links }) => Boolean(properties?.icon) || Object.keys(links ?? {}).length > 0,
    )
  );
}
