import { lazy, Suspense } from "react";
import { useRouteError } from "react-router";

const RouteError = lazy(async () => ({ default: (await import("./error-pages")).RouteError }));

/** What shows when a page fails. Its code is fetched when it is needed, or a little before: see `preloadErrorPages`. */
export function RouteErrorPage({ inside = false }: { inside?: boolean }) {
  const error = useRouteError();
  return (
    <Suspense>
      <RouteError error={error} inside={inside} />
    </Suspense>
  );
}

/** So that the page about a lost connection is there when the connection is not. */
export function preloadErrorPages(): Promise<unknown> {
  return import("./error-pages");
}
