import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";
import { Spinner } from "./spinner";
import { Tooltip } from "./tooltip";

const buttonVariants = cva(
  [
    "relative inline-flex max-w-full shrink-0 cursor-pointer select-none items-center justify-center gap-2 text-center font-medium",
    "transition-[background-color,border-color,color,opacity,scale] duration-120 ease-out active:scale-[0.98]",
    "disabled:cursor-default disabled:opacity-50 aria-disabled:cursor-default aria-disabled:opacity-60 disabled:active:scale-100",
    "touch:min-h-11 [&_svg]:shrink-0",
  ],
  {
    variants: {
      variant: {
        primary: "bg-accent text-accent-fg shadow-xs hover:bg-accent-hover",
        secondary: "control-outline bg-surface text-fg shadow-xs hover:bg-hover",
        ghost: "text-fg-muted hover:bg-hover hover:text-fg data-popup-open:bg-hover data-popup-open:text-fg",
        danger: "bg-danger text-danger-fg shadow-xs hover:bg-danger-hover",
        link: "rounded-xs text-accent-text underline decoration-accent-text/35 underline-offset-4 hover:decoration-accent-text active:scale-100 touch:min-h-6 touch:before:absolute touch:before:-inset-x-2 touch:before:-inset-y-2.5 touch:before:content-['']",
      },
      size: {
        sm: "min-h-8 rounded-sm px-3 py-1 text-meta [&_svg]:size-4",
        md: "min-h-9.5 rounded-md px-4 py-1.5 text-sm [&_svg]:size-4",
        lg: "min-h-11.5 rounded-lg px-5.5 py-2 text-base [&_svg]:size-4.5",
      },
    },
    compoundVariants: [{ variant: "link", class: "min-h-0 px-0 py-0" }],
    defaultVariants: { variant: "secondary", size: "md" },
  },
);

/** The look alone, for links that act like buttons: `<Link className={buttonClass({ variant: "primary" })}>`. */
export function buttonClass(options: VariantProps<typeof buttonVariants> = {}): string {
  return cn(buttonVariants(options));
}

export interface ButtonProps extends ComponentProps<"button">, VariantProps<typeof buttonVariants> {
  /** Keeps its width, shows a spinner, takes no clicks; focus stays on it. */
  loading?: boolean;
}

export function Button({
  className,
  variant,
  size,
  loading = false,
  children,
  onClick,
  type,
  ...props
}: ButtonProps) {
  return (
    <button
      type={type ?? "button"}
      className={cn(buttonVariants({ variant, size }), className)}
      aria-disabled={loading || undefined}
      aria-busy={loading || undefined}
      onClick={loading ? (event) => event.preventDefault() : onClick}
      {...props}
    >
      {loading ? (
        <>
          <span className="absolute inset-0 grid place-items-center">
            <Spinner />
          </span>
          <span className="contents *:opacity-0">
            <span>{children}</span>
          </span>
        </>
      ) : (
        children
      )}
    </button>
  );
}

const iconButtonClass = cva(
  [
    "inline-grid shrink-0 cursor-pointer place-items-center transition-[background-color,color,opacity,scale] duration-120 ease-out",
    "active:scale-95 disabled:cursor-default disabled:opacity-45 touch:min-h-11 touch:min-w-11",
  ],
  {
    variants: {
      variant: {
        ghost: "text-fg-muted hover:bg-hover hover:text-fg data-popup-open:bg-hover data-popup-open:text-fg",
        secondary: "control-outline bg-surface text-fg shadow-xs hover:bg-hover",
        primary: "bg-accent text-accent-fg shadow-xs hover:bg-accent-hover",
      },
      size: {
        sm: "size-7 min-h-6 min-w-6 rounded-sm [&_svg]:size-4",
        md: "size-9 rounded-md [&_svg]:size-4.5",
        lg: "size-10 rounded-full [&_svg]:size-5",
      },
    },
    defaultVariants: { variant: "ghost", size: "md" },
  },
);

export interface IconButtonProps
  extends Omit<ComponentProps<"button">, "children" | "aria-label">,
    VariantProps<typeof iconButtonClass> {
  /** Names it for everyone: spoken, and shown as its tooltip. */
  label: string;
  /** Shown in the tooltip. */
  keys?: string;
  /** Default true; off where the tooltip would be in the way. */
  tooltip?: boolean;
  tooltipSide?: ComponentProps<typeof Tooltip>["side"];
  children: ReactNode;
}

export function IconButton({
  label,
  keys,
  tooltip = true,
  tooltipSide,
  className,
  variant,
  size,
  type,
  ...props
}: IconButtonProps) {
  const button = (
    <button
      type={type ?? "button"}
      aria-label={label}
      className={cn(iconButtonClass({ variant, size }), className)}
      {...props}
    />
  );
  if (!tooltip) return button;
  return (
    <Tooltip
      label={label}
      {...(keys === undefined ? {} : { keys })}
      {...(tooltipSide ? { side: tooltipSide } : {})}
    >
      {button}
    </Tooltip>
  );
}
