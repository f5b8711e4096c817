import { lazy, Suspense } from "react";
import type { ExternalToast, toast as sonner } from "sonner";
import { create } from "zustand";
import { deferred } from "@/lib/deferred";
import { patiently } from "@/lib/patient";

const ToasterImpl = lazy(patiently(async () => ({ default: (await import("./toaster")).ToasterImpl })));

const useWanted = create(() => ({ wanted: false }));
let ready = deferred<typeof sonner>();
let lastId = 0;

type Kind = "message" | "success" | "error";

function show(kind: Kind, message: string, options: ExternalToast = {}): string | number {
  lastId += 1;
  const id = options.id ?? `toast-${lastId}`;
  useWanted.setState({ wanted: true });
  void ready.promise.then((toast) => toast[kind](message, { ...options, id }));
  return id;
}

/**
 * For undo and for results of what went on in the background. What belongs to a field is said at the field.
 * Each call gives the id that `dismiss` takes.
 */
export const toast = Object.assign(
  (message: string, options?: ExternalToast) => show("message", message, options),
  {
    success: (message: string, options?: ExternalToast) => show("success", message, options),
    error: (message: string, options?: ExternalToast) => show("error", message, options),
    dismiss: (id: string | number) => void ready.promise.then((shown) => shown.dismiss(id)),
  },
);

function onReady(shown: typeof sonner): () => void {
  ready.resolve(shown);
  return () => {
    ready = deferred();
  };
}

/** Where toasts show. Once, in the app's providers; its code comes with the first toast. */
export function Toaster() {
  const wanted = useWanted((state) => state.wanted);
  if (!wanted) return null;
  return (
    <Suspense>
      <ToasterImpl onReady={onReady} />
    </Suspense>
  );
}
