import { type ComponentType, lazy, useState } from "react";

/**
 * A component in a file of its own that is fetched at once: the page around it need not wait for it, and where it has
 * arrived by the time it is used it is there without a pause. Stands inside a `Suspense`.
 */
export function soon<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;
  const fetched = load().then((component) => {
    loaded = component;
    return component;
  });
  // A failed download is tried again, and reported, where the component is used.
  fetched.catch(() => undefined);
  const Later = lazy(async () => ({ default: await fetched.catch(load) }));
  // biome-ignore lint/correctness/noComponentHookFactories: called at module level only, once for each component
  return function Soon(props: Props) {
    const [Part] = useState<ComponentType<Props>>(() => loaded ?? Later);
    return <Part {...props} />;
  };
}
