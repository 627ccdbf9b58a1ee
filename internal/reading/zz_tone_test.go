package reading
import ("testing";"os";"bufio";"fmt";"encoding/json";"langnghe/internal/news")
func TestZZTone(t *testing.T){
 r:=reader(t)
 for _,n:=range []string{"uit_vsmec","uit_vsfc"}{
 f,err:=os.Open("/work/shared/data/"+n+"/dev.jsonl"); if err!=nil{t.Skip()}
 out,_:=os.Create("/tmp/w/r/"+n+".tsv")
 sc:=bufio.NewScanner(f)
 for sc.Scan(){ var p struct{Text,Label string}; json.Unmarshal(sc.Bytes(),&p)
  it:=&news.Item{Kind:news.Post,Text:p.Text}
  s := r.desks.New().(*desk)
  v,h:=&s.view,s.hits
  r.mend.look(v,it); r.lex.find(v,h); r.readValues(v,h)
  cues:=r.cues.find(h); tone:=r.tone(v,h); tp:=r.topics(v,h,cues)
  st:=r.stance(v,h,it,cues,tp,tone)
  fmt.Fprintf(out,"%s\t%s\t%s\t%.2f\t%.2f\t%s\n",p.Label,tone.label(v,st).Label,st.label,tone.plus,tone.minus,p.Text)
 }}}
