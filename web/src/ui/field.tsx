import { CircleAlert } from "lucide-react";
import { type ComponentProps, createContext, type ReactNode, useContext, useId } from "react";
import { cn } from "@/lib/cn";

interface FieldContext {
  id: string;
  labelId: string;
  describedBy: string | undefined;
  invalid: boolean;
}

const Context = createContext<FieldContext | null>(null);

interface FieldProps {
  label: ReactNode;
  /** One line under the control on what is wanted; stays when there is an error. */
  help?: ReactNode;
  /** What is wrong and how to put it right; announced when it appears. */
  error?: ReactNode;
  /** At the far end of the label's line: "optional", a link. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** Label, control, help and error, tied together for assistive technology. */
export function Field({ label, help, error, aside, className, children }: FieldProps) {
  const id = useId();
  const hasError = error !== undefined && error !== null && error !== "" && error !== false;
  const describedBy =
    [hasError && `${id}-error`, help && `${id}-help`].filter(Boolean).join(" ") || undefined;
  const value = { id, labelId: `${id}-label`, describedBy, invalid: hasError };
  return (
    <Context value={value}>
      <div className={cn("flex min-w-0 flex-col gap-1.5", className)}>
        <div className="flex flex-wrap items-baseline justify-between gap-x-3">
          <label id={value.labelId} htmlFor={id} className="font-medium text-fg text-sm">
            {label}
          </label>
          {aside === undefined ? null : <span className="text-fg-subtle text-meta">{aside}</span>}
        </div>
        {children}
        <div aria-live="polite" className="contents">
          {hasError ? (
            <p id={`${id}-error`} className="flex animate-appear gap-1.5 text-danger text-meta">
              <CircleAlert aria-hidden className="mt-0.75 size-3.5 shrink-0" />
              <span className="min-w-0 wrap-anywhere">{error}</span>
            </p>
          ) : null}
        </div>
        {help ? (
          <p id={`${id}-help`} className="text-fg-muted text-meta">
            {help}
          </p>
        ) : null}
      </div>
    </Context>
  );
}

/** What a control inside a `Field` must carry. Empty outside one. */
export function useFieldControl(): Pick<ComponentProps<"input">, "id" | "aria-describedby" | "aria-invalid"> {
  const field = useContext(Context);
  if (field === null) return {};
  return {
    id: field.id,
    ...(field.describedBy === undefined ? {} : { "aria-describedby": field.describedBy }),
    ...(field.invalid ? { "aria-invalid": true } : {}),
  };
}

/** The id of the label's element, for controls that are not labelable by `for`. */
export function useFieldLabelId(): string | undefined {
  return useContext(Context)?.labelId;
}
