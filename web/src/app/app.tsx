export function App() {
  return <p>Kuma</p>;
}
