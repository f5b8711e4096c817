import { screen, waitFor, within } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { ApiError } from "@/lib/api";
import { expectAccessible, renderPage } from "@/test/render";
import { AlertDialog } from "./alert-dialog";
import { Button, IconButton } from "./button";
import { Checkbox } from "./checkbox";
import { Combobox } from "./combobox";
import { Dialog } from "./dialog";
import { Field } from "./field";
import { Input } from "./input";
import { Menu, MenuItem } from "./menu";
import { ErrorNotice } from "./notice";
import { PasswordInput } from "./password-input";
import { Segmented } from "./segmented";
import { Select } from "./select";
import { Switch } from "./switch";
import { Tooltip } from "./tooltip";

const FRUIT = [
  { value: "apple", label: "Apple" },
  { value: "fig", label: "Fig" },
];

function FruitSelect() {
  const [value, setValue] = useState("apple");
  return (
    <Field label="Fruit">
      <Select options={FRUIT} value={value} onChange={setValue} />
    </Field>
  );
}

function Overlays({ onConfirm }: { onConfirm: () => void }) {
  const [open, setOpen] = useState<"dialog" | "alert" | null>(null);
  return (
    <>
      <Button onClick={() => setOpen("dialog")}>Open dialog</Button>
      <Button onClick={() => setOpen("alert")}>Open alert</Button>
      <Dialog open={open === "dialog"} onOpenChange={(next) => !next && setOpen(null)} title="Rename">
        <Input aria-label="Name" />
      </Dialog>
      <AlertDialog
        open={open === "alert"}
        onOpenChange={(next) => !next && setOpen(null)}
        title="Delete?"
        description="It can't be undone."
        confirmLabel="Delete"
        onConfirm={onConfirm}
      />
    </>
  );
}

describe("Button", () => {
  it("takes no clicks while loading but keeps focus and name", async () => {
    const onClick = vi.fn();
    const { user } = renderPage(
      <Button loading onClick={onClick}>
        Save
      </Button>,
    );
    const button = screen.getByRole("button", { name: "Save" });
    await user.click(button);
    expect(onClick).not.toHaveBeenCalled();
    expect(button).toHaveFocus();
    expect(button).toHaveAttribute("aria-busy", "true");
  });

  it("names icon buttons", async () => {
    const { container } = renderPage(<IconButton label="Copy">x</IconButton>);
    expect(screen.getByRole("button", { name: "Copy" })).toBeVisible();
    await expectAccessible(container);
  });
});

describe("Tooltip", () => {
  const onPage = () => screen.queryByRole("tooltip", { hidden: true });

  it("describes its anchor, and is told nowhere else", async () => {
    const { user } = renderPage(
      <Tooltip label="It goes out at once">
        <button type="button">Send</button>
      </Tooltip>,
    );
    await user.tab();
    await waitFor(() => expect(onPage()).toHaveTextContent("It goes out at once"));
    expect(screen.getByRole("button", { name: "Send" })).toHaveAccessibleDescription("It goes out at once");
    expect(screen.queryByRole("tooltip")).toBeNull();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(onPage()).toBeNull());
  });

  it("does not say again what its anchor is called", async () => {
    const { user } = renderPage(<IconButton label="Copy">x</IconButton>);
    const button = screen.getByRole("button", { name: "Copy" });
    await user.hover(button);
    await waitFor(() => expect(onPage()).toHaveTextContent("Copy"));
    expect(button).not.toHaveAccessibleDescription();
  });
});

describe("Field", () => {
  it("ties label, help and error to the control and announces the error", async () => {
    const { container } = renderPage(
      <Field label="Email" help="You sign in with it." error="Enter your email.">
        <Input />
      </Field>,
    );
    const input = screen.getByLabelText("Email");
    expect(input).toBeInvalid();
    expect(input).toHaveAccessibleDescription("Enter your email. You sign in with it.");
    expect(screen.getByText("Enter your email.").closest("[aria-live=polite]")).not.toBeNull();
    await expectAccessible(container);
  });
});

describe("PasswordInput", () => {
  it("shows and hides what is typed, and tells of Caps Lock", async () => {
    const { user } = renderPage(
      <Field label="Password">
        <PasswordInput />
      </Field>,
    );
    const input = screen.getByLabelText("Password");
    expect(input).toHaveAttribute("type", "password");
    await user.click(screen.getByRole("button", { name: "Show password" }));
    expect(input).toHaveAttribute("type", "text");
    await user.click(input);
    await user.keyboard("{CapsLock}a");
    expect(screen.getByText("Caps Lock is on.")).toBeVisible();
    await user.keyboard("{CapsLock}a");
    expect(screen.queryByText("Caps Lock is on.")).toBeNull();
  });
});

describe("choices", () => {
  it("picks from a select by keyboard", async () => {
    const { user } = renderPage(<FruitSelect />);
    const select = screen.getByRole("combobox", { name: "Fruit" });
    expect(select).toHaveTextContent("Apple");
    select.focus();
    await user.keyboard("{Enter}");
    await user.click(await screen.findByRole("option", { name: "Fig" }));
    await waitFor(() => expect(select).toHaveTextContent("Fig"));
  });

  it("finds in a combobox what is typed and says when nothing fits", async () => {
    const onChange = vi.fn();
    const { user } = renderPage(<Combobox label="Fruit" options={FRUIT} value={null} onChange={onChange} />);
    const input = screen.getByRole("combobox", { name: "Fruit" });
    await user.type(input, "zz");
    expect(await screen.findByText("Nothing found")).toBeVisible();
    await user.clear(input);
    expect(onChange).not.toHaveBeenCalled();
    await user.type(input, "fi");
    await user.click(await screen.findByRole("option", { name: "Fig" }));
    expect(onChange).toHaveBeenLastCalledWith("fig");
  });

  it("moves a segmented control with the arrows", async () => {
    const onChange = vi.fn();
    const { user } = renderPage(
      <Segmented label="Fruit" options={FRUIT} value="apple" onChange={onChange} />,
    );
    screen.getByRole("radio", { name: "Apple" }).focus();
    await user.keyboard("{ArrowRight}");
    expect(onChange).toHaveBeenCalledWith("fig");
  });

  it("toggles by the label", async () => {
    const onSwitch = vi.fn();
    const onCheck = vi.fn();
    const { user, container } = renderPage(
      <>
        <Switch checked={false} onChange={onSwitch} label="Memory" help="Kuma remembers." />
        <Checkbox checked onChange={onCheck} label="Read" />
      </>,
    );
    await user.click(screen.getByText("Memory"));
    expect(onSwitch.mock.calls[0]?.[0]).toBe(true);
    await user.click(screen.getByText("Read"));
    expect(onCheck.mock.calls[0]?.[0]).toBe(false);
    await expectAccessible(container);
  });
});

describe("overlays", () => {
  it("closes with Escape and gives focus back", async () => {
    const { user } = renderPage(<Overlays onConfirm={vi.fn()} />);
    const opener = screen.getByRole("button", { name: "Open dialog" });
    await user.click(opener);
    expect(await screen.findByRole("dialog", { name: "Rename" })).toBeVisible();
    await expectAccessible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await waitFor(() => expect(opener).toHaveFocus());
  });

  it("starts an alert on Cancel, so that Enter alone does no harm", async () => {
    const onConfirm = vi.fn();
    const { user } = renderPage(<Overlays onConfirm={onConfirm} />);
    await user.click(screen.getByRole("button", { name: "Open alert" }));
    const dialog = await screen.findByRole("alertdialog", { name: "Delete?" });
    await waitFor(() => expect(within(dialog).getByRole("button", { name: "Cancel" })).toHaveFocus());
    await user.keyboard("{Enter}");
    expect(onConfirm).not.toHaveBeenCalled();
  });

  it("puts who opens a menu by keyboard on its first item, and back on the button", async () => {
    const { user } = renderPage(
      <Menu trigger={<Button>More</Button>}>
        <MenuItem>Rename</MenuItem>
        <MenuItem>Delete</MenuItem>
      </Menu>,
    );
    const button = screen.getByRole("button", { name: "More" });
    button.focus();
    await user.keyboard("{Enter}");
    await waitFor(async () => expect(await screen.findByRole("menuitem", { name: "Rename" })).toHaveFocus());
    expect(button).toHaveAttribute("aria-expanded", "true");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(button).toHaveFocus());
  });

  it("runs menu items and closes", async () => {
    const onSelect = vi.fn();
    const { user } = renderPage(
      <Menu trigger={<Button>More</Button>}>
        <MenuItem onSelect={onSelect}>Rename</MenuItem>
      </Menu>,
    );
    await user.click(screen.getByRole("button", { name: "More" }));
    await user.click(await screen.findByRole("menuitem", { name: "Rename" }));
    expect(onSelect).toHaveBeenCalledOnce();
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
  });
});

describe("ErrorNotice", () => {
  it("says what happened and gives the request id of a server's fault", () => {
    renderPage(
      <ErrorNotice
        error={
          new ApiError({
            status: 502,
            code: "upstream",
            title: "OpenAI failed",
            detail: "Try later.",
            requestId: "r-9",
          })
        }
      />,
    );
    const alert = screen.getByRole("alert");
    expect(alert).toHaveTextContent("OpenAI failed");
    expect(alert).toHaveTextContent("Try later.");
    expect(alert).toHaveTextContent("r-9");
  });
});
